package fr.carnet.local.bench;

import fr.carnet.events.Headers;
import fr.carnet.events.Topic;
import fr.carnet.events.care.CareLinePassed;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.trace.Actor;
import fr.carnet.local.Service;
import fr.carnet.local.Suite;
import fr.carnet.local.bench.MadeUpDossier.Event;
import fr.carnet.local.bench.MadeUpDossier.Facts;
import fr.carnet.local.bench.MadeUpDossier.Line;
import fr.carnet.local.probing.Logs;
import fr.carnet.sealing.MasterKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Fills a running suite with dossiers, faster than through its doors: what a command leaves in the
 * tables of keys, streams and events is put there, the same facts are put on Kafka, and so is the
 * care that would have passed the valve. Read models are left to the services. The tables come
 * first: a service that finds on Kafka what its tables lack takes it for something lost. Memory
 * does not depend on how much is filled.
 */
final class DossierFilling {
  private static final int AT_ONCE = 100;

  private final Suite suite;
  private final Logs logs;
  private final MadeUpDossier madeUp;
  private final int held;
  private final AtomicReference<Optional<Exception>> refused =
      new AtomicReference<>(Optional.empty());

  DossierFilling(Suite suite, Logs logs, MadeUpDossier madeUp, int held) {
    this.suite = suite;
    this.logs = logs;
    this.madeUp = madeUp;
    this.held = held;
  }

  /**
   * Fills dossiers {@code from} (inclusive) to {@code to} (exclusive), and returns when tables and
   * Kafka have them.
   */
  void fill(int from, int to, AtomicInteger filled) throws IOException, InterruptedException {
    MasterKey master = MasterKey.inFile(suite.masterKey());
    AtomicInteger next = new AtomicInteger(from);
    try (Producer<String, byte[]> producer = logs.producer();
        ExecutorService workers =
            Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
      Callable<Void> worker =
          () -> {
            try (Connection dossiers = connect(Service.DOSSIER);
                Connection access = connect(Service.ACCESS)) {
              for (int n = next.getAndAdd(AT_ONCE); n < to; n = next.getAndAdd(AT_ONCE)) {
                List<Facts> batch =
                    IntStream.range(n, Math.min(to, n + AT_ONCE))
                        .mapToObj(number -> madeUp.facts(number, held, master))
                        .toList();
                record(dossiers, access, batch);
                batch.forEach(facts -> publish(producer, facts));
                filled.addAndGet(batch.size());
              }
            }
            return null;
          };
      List<Callable<Void>> crew =
          IntStream.range(0, Runtime.getRuntime().availableProcessors())
              .mapToObj(_ -> worker)
              .toList();
      for (Future<Void> one : workers.invokeAll(crew)) {
        one.get();
      }
      producer.flush();
    } catch (ExecutionException e) {
      throw new IllegalStateException("filling stopped: " + e.getCause(), e.getCause());
    }
    if (refused.get().isPresent()) {
      throw new IllegalStateException("Kafka refused a fact", refused.get().get());
    }
  }

  private Connection connect(Service service) throws SQLException {
    Connection connection =
        DriverManager.getConnection(
            suite.jdbcUrl(service), suite.databaseUser(), suite.databasePassword());
    connection.setAutoCommit(false);
    return connection;
  }

  private static void record(Connection dossiers, Connection access, List<Facts> batch)
      throws SQLException {
    try (PreparedStatement insert =
        dossiers.prepareStatement(
            """
            INSERT INTO dossier_key (dossier_id, wrapped) SELECT * FROM unnest(?::uuid[], ?::bytea[])
            """)) {
      insert.setArray(1, dossiers.createArrayOf("uuid", batch.stream().map(Facts::id).toArray()));
      insert.setArray(
          2,
          dossiers.createArrayOf(
              "bytea", batch.stream().map(Facts::wrappedKeys).toArray(byte[][]::new)));
      insert.executeUpdate();
    }
    streams(dossiers, batch, batch.stream().map(Facts::events).toList());
    dossiers.commit();
    streams(access, batch, batch.stream().map(Facts::access).toList());
    access.commit();
  }

  private static void streams(Connection tx, List<Facts> batch, List<List<Event>> events)
      throws SQLException {
    try (PreparedStatement insert =
        tx.prepareStatement(
            "INSERT INTO stream (id, version) SELECT * FROM unnest(?::uuid[], ?::bigint[])")) {
      insert.setArray(1, tx.createArrayOf("uuid", batch.stream().map(Facts::id).toArray()));
      insert.setArray(
          2, tx.createArrayOf("bigint", events.stream().map(own -> (long) own.size()).toArray()));
      insert.executeUpdate();
    }
    List<UUID> streams = new ArrayList<>();
    List<Event> all = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      for (Event event : events.get(i)) {
        streams.add(batch.get(i).id());
        all.add(event);
      }
    }
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO event (stream_id, version, id, type, time, actor, correlation, data)
            SELECT * FROM unnest(?::uuid[], ?::bigint[], ?::uuid[], ?::text[], ?::timestamptz[],
                                 ?::text[], ?::text[], ?::bytea[])
            """)) {
      insert.setArray(1, tx.createArrayOf("uuid", streams.toArray()));
      insert.setArray(2, tx.createArrayOf("bigint", all.stream().map(Event::version).toArray()));
      insert.setArray(3, tx.createArrayOf("uuid", all.stream().map(Event::id).toArray()));
      insert.setArray(4, tx.createArrayOf("text", all.stream().map(Event::type).toArray()));
      insert.setArray(
          5,
          tx.createArrayOf(
              "timestamptz",
              all.stream()
                  .map(event -> event.time().atOffset(ZoneOffset.UTC).toString())
                  .toArray()));
      insert.setArray(
          6, tx.createArrayOf("text", all.stream().map(event -> event.actor().label()).toArray()));
      insert.setArray(7, tx.createArrayOf("text", all.stream().map(Event::correlation).toArray()));
      insert.setArray(
          8, tx.createArrayOf("bytea", all.stream().map(Event::data).toArray(byte[][]::new)));
      insert.executeUpdate();
    }
  }

  private void publish(Producer<String, byte[]> producer, Facts facts) {
    for (Event event : facts.events()) {
      send(producer, Topic.DOSSIER_EVENTS, "/dossier-service", facts.id(), event);
    }
    Event opening = facts.events().getFirst();
    send(
        producer,
        Topic.DOSSIER_REGISTRY,
        "/dossier-service",
        facts.id(),
        new Event(
            UUID.nameUUIDFromBytes(facts.registered()),
            1,
            DossierRegistered.WIRE_NAME,
            opening.time(),
            opening.actor(),
            opening.correlation(),
            facts.registered()));
    for (Event event : facts.access()) {
      send(producer, Topic.ACCESS_EVENTS, "/access-control-service", facts.id(), event);
    }
    for (Line line : facts.care()) {
      ProducerRecord<String, byte[]> record =
          record(
              Topic.CARE_REIMBURSEMENTS, "/reimbursement-ingest-service", facts.id(), line.data());
      header(record, Headers.ID, line.id().toString());
      header(record, Headers.TYPE, CareLinePassed.WIRE_NAME);
      header(record, Headers.TIME, line.time().toString());
      header(record, Headers.ACTOR, "insurer");
      send(producer, record);
    }
  }

  private void send(
      Producer<String, byte[]> producer, Topic topic, String source, UUID dossierId, Event event) {
    Actor actor = event.actor();
    ProducerRecord<String, byte[]> record = record(topic, source, dossierId, event.data());
    header(record, Headers.ID, event.id().toString());
    header(record, Headers.TYPE, event.type());
    header(record, Headers.TIME, event.time().toString());
    header(record, Headers.STREAM_VERSION, Long.toString(event.version()));
    header(record, Headers.ACTOR, actor.label());
    header(record, Headers.CORRELATION, event.correlation());
    send(producer, record);
  }

  private static ProducerRecord<String, byte[]> record(
      Topic topic, String source, UUID dossierId, byte[] data) {
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(topic.wireName(), dossierId.toString(), data);
    header(record, Headers.SPEC_VERSION, "1.0");
    header(record, Headers.SOURCE, source);
    header(record, Headers.SUBJECT, dossierId.toString());
    return record;
  }

  private static void header(ProducerRecord<String, byte[]> record, String name, String value) {
    record.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
  }

  private void send(Producer<String, byte[]> producer, ProducerRecord<String, byte[]> record) {
    var _ =
        producer.send(
            record,
            (_, failure) -> {
              if (failure != null) {
                refused.compareAndSet(Optional.empty(), Optional.of(failure));
              }
            });
  }
}
