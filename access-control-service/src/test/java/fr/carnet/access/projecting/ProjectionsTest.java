package fr.carnet.access.projecting;

import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.events.Headers;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.access.AccessEvent;
import fr.carnet.events.access.AccessGranted;
import fr.carnet.events.access.AccessRequestDeclined;
import fr.carnet.events.access.AccessRequested;
import fr.carnet.events.access.EmergencyWishRecorded;
import fr.carnet.events.access.EmergencyWishRecorded.Wish;
import fr.carnet.events.access.GrantRevoked;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.access.ProfessionalBlocked;
import fr.carnet.events.access.ProfessionalUnblocked;
import fr.carnet.events.access.TreatingPhysicianEnded;
import fr.carnet.events.access.TreatingPhysicianEnded.Cause;
import fr.carnet.events.access.TreatingPhysicianNamed;
import fr.carnet.events.access.TreatingPhysicianProposed;
import fr.carnet.events.access.VisitCodeIssued;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.dossier.DossierRegistered.State;
import fr.carnet.events.dossier.Representative;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.eventstore.Projection;
import fr.carnet.eventstore.ProjectionApplier;
import fr.carnet.eventstore.Transactions;
import fr.carnet.testkit.RealServers;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.Test;

class ProjectionsTest {
  private static final NationalId DOCTOR = new NationalId("899700024450");
  private static final NationalId GP = new NationalId("899700032024");
  private static final NationalId NURSE = new NationalId("899700033030");
  private static final Optional<UUID> PARENT = Optional.of(new UUID(5, 5));
  private static final Optional<UUID> OTHER_PARENT = Optional.of(new UUID(5, 6));
  private static final Instant THEN = Instant.parse("2026-03-01T10:00:00.123456Z");

  private static DataSource database() {
    return RealServers.migratedDatabase("db/eventstore", "db/migration");
  }

  private static List<AccessEvent> life(UUID grant) {
    return List.of(
        new AccessGranted(
            grant,
            new Grantee(Grantee.Kind.PROFESSIONAL, DOCTOR),
            THEN,
            Optional.of(THEN.plusSeconds(60)),
            Optional.empty()),
        new TreatingPhysicianProposed(DOCTOR),
        new TreatingPhysicianNamed(DOCTOR),
        new TreatingPhysicianNamed(GP, Optional.of(TreatingPhysicianNamed.Title.SAME_RIGHT)),
        new TreatingPhysicianProposed(GP),
        new ProfessionalBlocked(DOCTOR),
        new TreatingPhysicianEnded(DOCTOR, Cause.BLOCKED),
        new EmergencyWishRecorded(Wish.BREAK_GLASS, true),
        new ProfessionalUnblocked(DOCTOR),
        new ProfessionalBlocked(DOCTOR),
        new ProfessionalBlocked(DOCTOR, PARENT),
        new ProfessionalBlocked(DOCTOR, OTHER_PARENT),
        new ProfessionalBlocked(GP, PARENT),
        new ProfessionalUnblocked(GP, OTHER_PARENT),
        new TreatingPhysicianProposed(NURSE, PARENT),
        new TreatingPhysicianProposed(NURSE, OTHER_PARENT),
        new TreatingPhysicianProposed(NURSE),
        new TreatingPhysicianNamed(NURSE),
        new TreatingPhysicianEnded(NURSE, Cause.BY_PATIENT, PARENT),
        new EmergencyWishRecorded(Wish.BREAK_GLASS, false),
        new EmergencyWishRecorded(Wish.MEDICAL_REGULATION, true),
        new TreatingPhysicianNamed(
            GP, Optional.of(TreatingPhysicianNamed.Title.SAME_RIGHT), OTHER_PARENT),
        new TreatingPhysicianNamed(
            GP, Optional.of(TreatingPhysicianNamed.Title.SAME_RIGHT), PARENT),
        new VisitCodeIssued(new UUID(2, 3), THEN, PARENT),
        new VisitCodeIssued(grant, THEN),
        new VisitCodeIssued(new UUID(2, 2), THEN.plusSeconds(1)),
        new AccessRequested(new UUID(3, 1), GP),
        new AccessRequested(new UUID(3, 2), DOCTOR),
        new AccessRequested(new UUID(3, 3), NURSE),
        new AccessRequested(new UUID(3, 3), NURSE, true),
        new AccessRequested(new UUID(3, 4), DOCTOR, true),
        new AccessRequestDeclined(new UUID(3, 1)),
        new AccessGranted(
            new UUID(4, grant.getLeastSignificantBits()),
            new Grantee(Grantee.Kind.PROFESSIONAL, DOCTOR),
            THEN,
            Optional.empty(),
            Optional.empty(),
            Optional.of(
                new AccessGranted.Origin(AccessGranted.Origin.Kind.REQUEST, new UUID(3, 2)))),
        new GrantRevoked(grant));
  }

  private static List<ConsumerRecord<byte[], byte[]>> records(UUID stream) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (AccessEvent event : life(new UUID(1, stream.getLeastSignificantBits()))) {
      records.add(record(Topic.ACCESS_EVENTS, stream, records.size() + 1, event.wireName(), event));
    }
    return records;
  }

  private static ConsumerRecord<byte[], byte[]> record(
      Topic topic, UUID stream, long version, String type, Object fact) {
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>(
            topic.wireName(),
            0,
            stream.getLeastSignificantBits() * 100 + version,
            stream.toString().getBytes(StandardCharsets.UTF_8),
            Wire.write(fact));
    header(record, Headers.ID, new UUID(stream.getLeastSignificantBits(), version).toString());
    header(record, Headers.TYPE, type);
    header(record, Headers.SUBJECT, stream.toString());
    header(record, Headers.STREAM_VERSION, Long.toString(version));
    header(record, Headers.TIME, THEN.plusSeconds(version).toString());
    return record;
  }

  private static void header(ConsumerRecord<byte[], byte[]> record, String name, String value) {
    record.headers().add(new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8)));
  }

  private static void apply(
      DataSource database, Projection projection, List<ConsumerRecord<byte[], byte[]>> records)
      throws SQLException {
    Transactions.run(
        database,
        tx -> {
          new ProjectionApplier(projection).apply(tx, records);
          return true;
        });
  }

  private static List<String> rows(DataSource database, Projection projection) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (var connection = database.getConnection();
        Statement select = connection.createStatement()) {
      for (String table : projection.tables()) {
        try (ResultSet row =
            select.executeQuery("SELECT t::text FROM " + table + " t ORDER BY 1")) {
          while (row.next()) {
            rows.add(table + row.getString(1));
          }
        }
      }
    }
    return rows;
  }

  @Test
  void grants_end_in_the_same_rows_however_often_and_in_whatever_order_they_come()
      throws SQLException {
    AccessGrantsProjection projection = new AccessGrantsProjection();
    List<UUID> streams = List.of(new UUID(9, 1), new UUID(9, 2), new UUID(9, 3));
    DataSource straight = database();
    for (UUID stream : streams) {
      apply(straight, projection, records(stream));
    }
    List<String> expected = rows(straight, projection);
    assertThat(expected).hasSize(3 * 13);

    for (long seed = 1; seed <= 5; seed++) {
      Random dice = new Random(seed);
      List<ConsumerRecord<byte[], byte[]>> stirred = new ArrayList<>();
      for (UUID stream : streams) {
        stirred.addAll(records(stream));
        stirred.addAll(records(stream));
      }
      Collections.shuffle(stirred, dice);
      DataSource database = database();
      for (int from = 0; from < stirred.size(); ) {
        int to = Math.min(stirred.size(), from + 1 + dice.nextInt(7));
        apply(database, projection, stirred.subList(from, to));
        from = to;
      }
      assertThat(rows(database, projection)).as("seed " + seed).isEqualTo(expected);
    }
  }

  @Test
  void a_type_of_event_that_is_not_known_yet_is_stepped_over() throws SQLException {
    AccessGrantsProjection projection = new AccessGrantsProjection();
    UUID stream = new UUID(9, 4);
    DataSource database = database();
    apply(
        database,
        projection,
        List.of(
            record(Topic.ACCESS_EVENTS, stream, 1, "access.something-new.v1", List.of()),
            record(
                Topic.ACCESS_EVENTS,
                stream,
                2,
                ProfessionalBlocked.WIRE_NAME,
                new ProfessionalBlocked(DOCTOR))));
    assertThat(rows(database, projection)).hasSize(1);
  }

  private static DossierRegistered registered(UUID dossier, State state, long version) {
    return new DossierRegistered(
        dossier, List.of(new PatientRef("a".repeat(64))), "key", state, version);
  }

  @Test
  void who_acts_for_the_owner_is_as_the_newest_registration_says_and_goes_with_an_erasure()
      throws SQLException {
    DossierRegistryProjection projection = new DossierRegistryProjection();
    UUID dossier = new UUID(9, 6);
    DataSource database = database();
    apply(database, projection, List.of(registration(represented(dossier, 1, "b", "c"))));
    assertThat(rows(database, projection)).hasSize(3);
    apply(
        database,
        projection,
        List.of(
            registration(represented(dossier, 3, "c")),
            registration(represented(dossier, 2, "b", "c"))));
    List<String> rows = rows(database, projection);
    assertThat(rows).hasSize(2).noneMatch(row -> row.contains("b".repeat(64)));
    assertThat(rows.getLast()).contains("c".repeat(64), "PARENT");
    Transactions.run(
        database,
        tx -> {
          projection.ended(tx, java.util.Set.of(dossier));
          return true;
        });
    assertThat(rows(database, projection)).isEmpty();
  }

  private static ConsumerRecord<byte[], byte[]> registration(DossierRegistered registered) {
    return record(
        Topic.DOSSIER_REGISTRY,
        registered.dossierId(),
        registered.version(),
        DossierRegistered.WIRE_NAME,
        registered);
  }

  private static DossierRegistered represented(UUID dossier, long version, String... by) {
    return new DossierRegistered(
        dossier,
        List.of(new PatientRef("a".repeat(64))),
        "key",
        State.OPEN,
        version,
        0,
        java.util.Arrays.stream(by)
            .map(
                who ->
                    new DossierRegistered.ActsFor(
                        new UUID(8, who.charAt(0)),
                        new PatientRef(who.repeat(64)),
                        Representative.Kind.PARENT,
                        THEN,
                        Optional.of(THEN.plusSeconds(60))))
            .toList());
  }

  @Test
  void of_a_dossier_the_newest_state_stays_whichever_way_it_came() throws SQLException {
    DossierRegistryProjection projection = new DossierRegistryProjection();
    UUID dossier = new UUID(9, 5);
    DataSource database = database();
    Transactions.run(
        database,
        tx -> {
          DossierRegistryProjection.store(tx, registered(dossier, State.CLOSED, 2));
          return true;
        });
    List<String> expected = rows(database, projection);
    for (long version : new long[] {1, 2, 1}) {
      State state = version == 2 ? State.CLOSED : State.OPEN;
      apply(
          database,
          projection,
          List.of(
              record(
                  Topic.DOSSIER_REGISTRY,
                  dossier,
                  version,
                  DossierRegistered.WIRE_NAME,
                  registered(dossier, state, version))));
      assertThat(rows(database, projection)).isEqualTo(expected);
    }
    apply(
        database,
        projection,
        List.of(
            record(
                Topic.DOSSIER_REGISTRY,
                dossier,
                3,
                DossierRegistered.WIRE_NAME,
                registered(dossier, State.OPEN, 3))));
    assertThat(rows(database, projection)).singleElement().asString().contains("OPEN,3");
  }
}
