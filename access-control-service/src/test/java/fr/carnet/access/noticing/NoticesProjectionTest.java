package fr.carnet.access.noticing;

import static fr.carnet.access.TracesForTests.doctor;
import static fr.carnet.access.TracesForTests.read;
import static fr.carnet.access.TracesForTests.refused;
import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.access.TracesForTests;
import fr.carnet.access.TracesForTests.Trace;
import fr.carnet.events.trace.AccessTraced.Outcome;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.PurposeOfUse;
import fr.carnet.eventstore.ProjectionApplier;
import fr.carnet.eventstore.Transactions;
import fr.carnet.testkit.RealServers;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NoticesProjectionTest {
  private static final String DOCTOR = "899700024450";
  private static final String OTHER = "899700031018";
  private static final UUID DOSSIER = new UUID(7, 1);
  private static final Instant NOON = Instant.parse("2026-03-01T11:00:00.123456Z");

  private static DataSource database;
  private final NoticesProjection projection = new NoticesProjection();
  private long offset;

  @BeforeAll
  static void migrate() {
    database = RealServers.migratedDatabase("db/eventstore", "db/migration");
  }

  @BeforeEach
  void empty() throws SQLException {
    for (String table : projection.tables()) {
      execute("DELETE FROM " + table);
    }
    execute("DELETE FROM erased_dossier");
  }

  private static void execute(String sql) throws SQLException {
    try (var connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private void apply(List<Trace> traces) throws SQLException {
    List<ConsumerRecord<byte[], byte[]>> records =
        traces.stream().map(trace -> trace.record(offset++)).toList();
    Transactions.run(
        database,
        tx -> {
          new ProjectionApplier(projection).apply(tx, records);
          return true;
        });
  }

  private static List<String> rows(String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (var connection = database.getConnection();
        Statement select = connection.createStatement();
        ResultSet row = select.executeQuery(sql)) {
      while (row.next()) {
        rows.add(row.getString(1));
      }
    }
    return rows;
  }

  private List<String> all() throws SQLException {
    List<String> rows = new ArrayList<>();
    for (String table : projection.tables()) {
      rows.addAll(rows("SELECT '" + table + "' || t::text FROM " + table + " t ORDER BY 1"));
    }
    return rows;
  }

  private static List<String> codes() throws SQLException {
    return rows("SELECT code FROM notice ORDER BY code");
  }

  private static Instant after(int minutes) {
    return NOON.plus(Duration.ofMinutes(minutes));
  }

  @Test
  void notices_are_the_same_however_often_and_in_whatever_order_traces_come() throws SQLException {
    List<Trace> life = new ArrayList<>();
    for (UUID dossier : List.of(DOSSIER, new UUID(7, 2))) {
      for (int i = 0; i < 4; i++) {
        life.add(read(dossier, DOCTOR, after(i * 10)));
        life.add(read(dossier, OTHER, PurposeOfUse.BREAK_GLASS, after(i * 10)));
        life.add(refused(dossier, doctor("899700032024"), after(i * 25)));
        life.add(refused(dossier, Actor.anonymous(Actor.Role.OTHER_PATIENT), after(i * 15)));
      }
      life.add(read(dossier, DOCTOR, PurposeOfUse.MEDICAL_REGULATION, after(5)));
    }
    for (int i = 0; i < 6; i++) {
      life.add(read(new UUID(8, i), OTHER, PurposeOfUse.BREAK_GLASS, after(i * 7)));
      // Two visits to who does not know of the look between them.
      life.add(read(new UUID(8, 9), "899700032024", PurposeOfUse.BREAK_GLASS, after(i * 20)));
    }
    apply(life);
    List<String> expected = all();
    assertThat(codes()).hasSize(2 * (2 + 4 + 1 + 2) + 6 * 2 + 6 + 1);
    assertThat(rows("SELECT uses::text FROM frequent_break_glass")).containsExactly("8");
    for (long seed = 1; seed <= 5; seed++) {
      empty();
      Random dice = new Random(seed);
      List<Trace> stirred = new ArrayList<>(life);
      stirred.addAll(life);
      Collections.shuffle(stirred, dice);
      for (int from = 0; from < stirred.size(); ) {
        int to = Math.min(stirred.size(), from + 1 + dice.nextInt(9));
        apply(stirred.subList(from, to));
        from = to;
      }
      assertThat(all()).as("seed " + seed).isEqualTo(expected);
    }
  }

  @Test
  void three_refusals_of_one_person_within_an_hour_are_told_once_a_day() throws SQLException {
    apply(
        List.of(
            refused(DOSSIER, doctor(DOCTOR), after(0)),
            refused(DOSSIER, doctor(DOCTOR), after(30)),
            // Two of others, and one an hour after the first.
            refused(DOSSIER, doctor(OTHER), after(31)),
            refused(new UUID(7, 2), doctor(DOCTOR), after(32)),
            refused(DOSSIER, doctor(DOCTOR), after(60))));
    assertThat(codes()).isEmpty();
    apply(List.of(refused(DOSSIER, doctor(DOCTOR), after(61))));
    assertThat(codes()).containsExactly("REFUSALS_REPEATED");
    apply(
        List.of(
            refused(DOSSIER, doctor(DOCTOR), after(62)),
            refused(DOSSIER, doctor(DOCTOR), after(300)),
            refused(DOSSIER, doctor(DOCTOR), after(301)),
            refused(DOSSIER, doctor(DOCTOR), after(302))));
    assertThat(codes()).containsExactly("REFUSALS_REPEATED");
    apply(
        List.of(
            refused(DOSSIER, doctor(DOCTOR), after(24 * 60)),
            refused(DOSSIER, doctor(DOCTOR), after(24 * 60 + 1)),
            refused(DOSSIER, doctor(DOCTOR), after(24 * 60 + 2))));
    assertThat(codes()).containsExactly("REFUSALS_REPEATED", "REFUSALS_REPEATED");
  }

  @Test
  void refusals_on_both_sides_of_midnight_in_paris_repeat_too() throws SQLException {
    Instant midnight = Instant.parse("2026-03-01T23:00:00Z");
    apply(
        List.of(
            refused(DOSSIER, doctor(DOCTOR), midnight.plusSeconds(60)),
            refused(DOSSIER, doctor(DOCTOR), midnight.minusSeconds(60))));
    apply(List.of(refused(DOSSIER, doctor(DOCTOR), midnight.minusSeconds(120))));
    assertThat(codes()).containsExactly("REFUSALS_REPEATED");
  }

  @Test
  void to_find_a_dossier_is_no_access_and_neither_is_what_the_owner_reads() throws SQLException {
    apply(
        List.of(
            TracesForTests.trace(
                DOSSIER,
                doctor(DOCTOR),
                PurposeOfUse.NORMAL,
                Outcome.RELEASED,
                NOON,
                "find-by-ins"),
            TracesForTests.trace(
                DOSSIER,
                Actor.anonymous(Actor.Role.OWNER),
                PurposeOfUse.NORMAL,
                Outcome.RELEASED,
                NOON)));
    assertThat(all()).isEmpty();
    apply(
        List.of(
            TracesForTests.trace(
                DOSSIER,
                doctor(DOCTOR),
                PurposeOfUse.NORMAL,
                Outcome.RELEASED,
                NOON,
                "search-dossier")));
    assertThat(codes()).containsExactly("FIRST_ACCESS");
  }

  @Test
  void who_finds_dossiers_in_an_emergency_is_told_of_and_counted_though_nothing_was_shown()
      throws SQLException {
    List<Trace> found = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      found.add(
          TracesForTests.trace(
              i == 0 ? DOSSIER : UUID.randomUUID(),
              doctor(DOCTOR),
              PurposeOfUse.BREAK_GLASS,
              Outcome.RELEASED,
              NOON,
              "find-by-ins"));
    }
    apply(found);
    assertThat(codes()).hasSize(6).containsOnly("BREAK_GLASS");
    assertThat(rows("SELECT uses::text FROM frequent_break_glass")).containsExactly("6");
  }

  @Test
  void to_assist_a_patient_is_no_access_and_what_is_read_later_is_the_first() throws SQLException {
    apply(
        List.of(
            TracesForTests.trace(
                DOSSIER,
                doctor(DOCTOR),
                PurposeOfUse.NORMAL,
                Outcome.RELEASED,
                after(0),
                "assist")));
    assertThat(all()).isEmpty();
    Trace first = read(DOSSIER, DOCTOR, after(1));
    apply(List.of(first));
    assertThat(rows("SELECT code || ' ' || trace_id FROM notice"))
        .containsExactly("FIRST_ACCESS " + first.id());
  }

  @Test
  void of_an_erased_dossier_nothing_is_told_and_break_glass_is_counted_all_the_same()
      throws SQLException {
    List<Trace> uses = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      execute("INSERT INTO erased_dossier (dossier_id) VALUES ('" + new UUID(7, i) + "')");
      uses.add(read(new UUID(7, i), DOCTOR, PurposeOfUse.BREAK_GLASS, after(i)));
      uses.add(refused(DOSSIER, doctor(OTHER), after(i)));
    }
    apply(uses);
    assertThat(codes()).isEmpty();
    assertThat(rows("SELECT dossier_id::text FROM refused_access")).isEmpty();
    assertThat(rows("SELECT professional FROM frequent_break_glass")).containsExactly(DOCTOR);
  }

  @Test
  void five_uses_of_break_glass_a_day_are_not_told_and_the_sixth_is() throws SQLException {
    List<Trace> uses = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      uses.add(read(new UUID(7, i), DOCTOR, PurposeOfUse.BREAK_GLASS, after(i)));
      uses.add(read(new UUID(7, i), OTHER, PurposeOfUse.BREAK_GLASS, after(i)));
    }
    // On another day, and of regulation.
    uses.add(read(DOSSIER, OTHER, PurposeOfUse.BREAK_GLASS, after(24 * 60)));
    uses.add(read(DOSSIER, OTHER, PurposeOfUse.MEDICAL_REGULATION, after(7)));
    apply(uses);
    assertThat(rows("SELECT professional FROM frequent_break_glass")).isEmpty();
    apply(List.of(read(new UUID(7, 9), DOCTOR, PurposeOfUse.BREAK_GLASS, after(8))));
    assertThat(rows("SELECT professional || ' ' || day || ' ' || uses FROM frequent_break_glass"))
        .containsExactly(DOCTOR + " 2026-03-01 6");
  }

  @Test
  void ten_pages_of_one_dossier_are_one_use_of_break_glass() throws SQLException {
    List<Trace> pages = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      pages.add(read(DOSSIER, DOCTOR, PurposeOfUse.BREAK_GLASS, after(i)));
    }
    // 14 hours on it is another day in Paris.
    for (int i = 0; i < 10; i++) {
      pages.add(read(DOSSIER, DOCTOR, PurposeOfUse.BREAK_GLASS, after(14 * 60 + i)));
    }
    Collections.shuffle(pages, new Random(5));
    apply(pages.subList(0, 12));
    apply(pages.subList(12, 20));
    assertThat(rows("SELECT professional FROM frequent_break_glass")).isEmpty();
    // The patient is told of each, all the same.
    assertThat(codes()).hasSize(1 + 20);
    // The sixth dossier of a day is too many, from its first page on.
    for (int i = 1; i <= 5; i++) {
      apply(
          List.of(
              read(new UUID(7, 10 + i), DOCTOR, PurposeOfUse.BREAK_GLASS, after(20 + i)),
              read(new UUID(7, 10 + i), DOCTOR, PurposeOfUse.BREAK_GLASS, after(40 + i))));
    }
    assertThat(frequent()).containsExactly("2026-03-01 6 2026-03-01 11:25:00.123456");
  }

  @Test
  void to_come_back_to_one_dossier_half_an_hour_later_is_another_use() throws SQLException {
    List<Trace> visits = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      visits.add(read(DOSSIER, DOCTOR, PurposeOfUse.BREAK_GLASS, after(i * 60)));
      visits.add(read(DOSSIER, DOCTOR, PurposeOfUse.BREAK_GLASS, after(i * 60 + 29)));
    }
    apply(visits.subList(0, 10));
    assertThat(frequent()).isEmpty();
    apply(visits.subList(10, 12));
    assertThat(frequent()).containsExactly("2026-03-01 6 2026-03-01 16:00:00.123456");
    // Exactly half an hour is another visit; a look between two that comes late makes them one.
    apply(List.of(read(DOSSIER, DOCTOR, PurposeOfUse.BREAK_GLASS, after(5 * 60 + 59))));
    assertThat(frequent()).containsExactly("2026-03-01 7 2026-03-01 16:00:00.123456");
    apply(
        List.of(
            read(DOSSIER, DOCTOR, PurposeOfUse.BREAK_GLASS, after(45)),
            read(DOSSIER, DOCTOR, PurposeOfUse.BREAK_GLASS, after(105))));
    assertThat(frequent()).isEmpty();
  }

  private static List<String> frequent() throws SQLException {
    return rows(
        "SELECT day || ' ' || uses || ' ' || (at AT TIME ZONE 'UTC') FROM frequent_break_glass");
  }
}
