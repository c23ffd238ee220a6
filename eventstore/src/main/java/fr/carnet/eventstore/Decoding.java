package fr.carnet.eventstore;

import static java.nio.charset.StandardCharsets.UTF_8;

import fr.carnet.events.Headers;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** Kafka records back into events. */
public final class Decoding {
  private static final int KEY = 200;

  private Decoding() {}

  /** A record that is no event of this suite; says which header is wrong, never what it holds. */
  public static final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Malformed(String reason) {
      super(reason);
    }
  }

  /**
   * The event in a record.
   *
   * @throws Malformed when a header is missing or wrong, or the key is not the subject
   */
  public static RecordedEvent event(ConsumerRecord<byte[], byte[]> record) {
    UUID subject = uuid(record, Headers.SUBJECT);
    if (!subject.toString().equals(key(record))) {
      throw new Malformed("key and " + Headers.SUBJECT + " differ");
    }
    return new RecordedEvent(
        uuid(record, Headers.ID),
        text(record, Headers.TYPE).orElseThrow(() -> missing(Headers.TYPE)),
        subject,
        version(record),
        time(record),
        text(record, Headers.ACTOR).orElse(""),
        text(record, Headers.CORRELATION).orElse(""),
        Optional.ofNullable(record.value()).orElse(new byte[0]));
  }

  /**
   * The Kafka key as text, empty if there is none. Of a key that is none of ours, as much as a
   * database can hold and index: 200 bytes, without NUL.
   */
  public static String key(ConsumerRecord<byte[], byte[]> record) {
    return record.key() == null
        ? ""
        : storable(new String(record.key(), 0, Math.min(record.key().length, KEY), UTF_8));
  }

  /** PostgreSQL's text has no NUL: it is shown as what cannot be read. */
  static String storable(String text) {
    return text.replace('\0', '\uFFFD');
  }

  /** A header as text. */
  public static Optional<String> text(ConsumerRecord<byte[], byte[]> record, String name) {
    return Optional.ofNullable(record.headers().lastHeader(name))
        .map(Header::value)
        .map(value -> new String(value, UTF_8));
  }

  private static UUID uuid(ConsumerRecord<byte[], byte[]> record, String name) {
    String value = text(record, name).orElseThrow(() -> missing(name));
    try {
      return UUID.fromString(value);
    } catch (IllegalArgumentException e) {
      throw new Malformed(name + " is not a UUID");
    }
  }

  private static OptionalLong version(ConsumerRecord<byte[], byte[]> record) {
    Optional<String> value = text(record, Headers.STREAM_VERSION);
    if (value.isEmpty()) {
      return OptionalLong.empty();
    }
    try {
      long version = Long.parseLong(value.get());
      if (version < 1) {
        throw new Malformed(Headers.STREAM_VERSION + " is below 1");
      }
      return OptionalLong.of(version);
    } catch (NumberFormatException e) {
      throw new Malformed(Headers.STREAM_VERSION + " is not a number");
    }
  }

  private static Instant time(ConsumerRecord<byte[], byte[]> record) {
    try {
      return Instant.parse(text(record, Headers.TIME).orElseThrow(() -> missing(Headers.TIME)));
    } catch (DateTimeException e) {
      throw new Malformed(Headers.TIME + " is not an instant");
    }
  }

  private static Malformed missing(String name) {
    return new Malformed(name + " is missing");
  }
}
