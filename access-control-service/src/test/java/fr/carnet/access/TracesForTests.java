package fr.carnet.access;

import fr.carnet.events.Headers;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.events.trace.AccessTraced.Outcome;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.PurposeOfUse;
import fr.carnet.testkit.RealServers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Traces as the services that release data leave them, and how they come to the topic. */
public final class TracesForTests {
  private static final class Producer {
    static final KafkaProducer<String, byte[]> PRODUCER =
        new KafkaProducer<>(
            new HashMap<>(RealServers.kafkaSettings()),
            new StringSerializer(),
            new ByteArraySerializer());
  }

  private TracesForTests() {}

  /** A trace with its id, dossier and time. */
  public record Trace(UUID id, UUID dossier, Instant at, AccessTraced fact) {

    /** As it comes from the topic. */
    public ConsumerRecord<byte[], byte[]> record(long offset) {
      ConsumerRecord<byte[], byte[]> record =
          new ConsumerRecord<>(
              Topic.ACCESS_TRACES.wireName(),
              0,
              offset,
              dossier.toString().getBytes(StandardCharsets.UTF_8),
              Wire.write(fact));
      headers(this)
          .forEach(
              (name, value) ->
                  record
                      .headers()
                      .add(new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8))));
      return record;
    }
  }

  public static Actor doctor(String id) {
    return new Actor(
        Actor.Role.PROFESSIONAL,
        Optional.of(id),
        Optional.of("10"),
        Optional.of(new NationalId("3750100125")));
  }

  public static Trace read(UUID dossier, String professional, Instant at) {
    return trace(dossier, doctor(professional), PurposeOfUse.NORMAL, Outcome.RELEASED, at);
  }

  public static Trace read(UUID dossier, String professional, PurposeOfUse purpose, Instant at) {
    return trace(dossier, doctor(professional), purpose, Outcome.RELEASED, at);
  }

  public static Trace refused(UUID dossier, Actor actor, Instant at) {
    return trace(dossier, actor, PurposeOfUse.NORMAL, Outcome.REFUSED, at);
  }

  public static Trace trace(
      UUID dossier, Actor actor, PurposeOfUse purpose, Outcome outcome, Instant at) {
    return trace(dossier, actor, purpose, outcome, at, "read-items");
  }

  public static Trace trace(
      UUID dossier, Actor actor, PurposeOfUse purpose, Outcome outcome, Instant at, String action) {
    return new Trace(
        UUID.randomUUID(),
        dossier,
        at,
        new AccessTraced(
            actor,
            purpose,
            action,
            outcome,
            outcome == Outcome.RELEASED ? "GRANT" : "NO_STANDING",
            Optional.empty(),
            Optional.of("2018-11"),
            Optional.of(1L),
            outcome == Outcome.RELEASED ? List.of("item-1", "item-2") : List.of(),
            Optional.empty()));
  }

  private static Map<String, String> headers(Trace trace) {
    return Map.of(
        Headers.ID, trace.id().toString(),
        Headers.TYPE, AccessTraced.WIRE_NAME,
        Headers.SUBJECT, trace.dossier().toString(),
        Headers.TIME, trace.at().toString());
  }

  public static void publish(Trace... traces) {
    for (Trace trace : traces) {
      publish(trace, Wire.write(trace.fact()));
    }
  }

  /** The same, with another body. */
  public static void publish(Trace trace, byte[] body) {
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(Topic.ACCESS_TRACES.wireName(), trace.dossier().toString(), body);
    headers(trace)
        .forEach(
            (name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
    var _ = Producer.PRODUCER.send(record);
    Producer.PRODUCER.flush();
  }
}
