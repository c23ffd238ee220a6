package fr.carnet.audit.querying;

import fr.carnet.audit.sequencing.HeaderBytes;
import fr.carnet.audit.sequencing.HeaderBytes.NamedValue;
import fr.carnet.audit.sequencing.ReadableHeaders;
import fr.carnet.events.Sha256;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** An entry as it stands in the log. */
record Found(
    long index,
    String topic,
    int partition,
    long offset,
    Optional<byte[]> key,
    List<NamedValue> headers,
    Optional<byte[]> value,
    Optional<Long> repeatOf) {
  static final String COLUMNS =
      "index, topic, partition, record_offset, record_key, headers, value, repeat_of";

  static Found read(ResultSet row) throws SQLException {
    return new Found(
        row.getLong("index"),
        row.getString("topic"),
        row.getInt("partition"),
        row.getLong("record_offset"),
        Optional.ofNullable(row.getBytes("record_key")),
        HeaderBytes.readable(row.getBytes("headers")),
        Optional.ofNullable(row.getBytes("value")),
        Optional.ofNullable(row.getObject("repeat_of", Long.class)));
  }

  /** How many bytes of memory it takes, roughly. */
  int size() {
    return value.map(bytes -> bytes.length).orElse(0);
  }

  /** The facts of it, as an auditor sees them. */
  Fact fact() {
    ReadableHeaders readable = readable();
    return new Fact(
        index,
        topic,
        partition,
        offset,
        readable.eventId(),
        readable.type(),
        readable.dossierId(),
        readable.streamVersion(),
        readable.time(),
        readable.actor(),
        readable.correlation(),
        value.map(bytes -> bytes.length).orElse(0),
        value.map(Sha256::hex),
        clear(readable));
  }

  /** What its headers say. */
  ReadableHeaders readable() {
    return ReadableHeaders.of(headers);
  }

  /** What stands in clear in it. */
  Optional<ClearFacts> clear() {
    return clear(readable());
  }

  /** All of it, byte for byte. */
  ExactRecord exact() {
    return new ExactRecord(
        index,
        topic,
        partition,
        offset,
        key,
        headers.stream()
            .map(header -> new ExactRecord.ExactHeader(header.name(), header.value()))
            .toList(),
        value,
        repeatOf);
  }

  private Optional<ClearFacts> clear(ReadableHeaders readable) {
    return readable.type().flatMap(type -> value.flatMap(bytes -> ClearFacts.of(type, bytes)));
  }
}
