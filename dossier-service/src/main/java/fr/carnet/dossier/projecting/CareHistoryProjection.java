package fr.carnet.dossier.projecting;

import fr.carnet.dossier.keys.KeyRing;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.care.Act;
import fr.carnet.events.care.Care;
import fr.carnet.events.care.CareLinePassed;
import fr.carnet.events.care.CareLineWithdrawn;
import fr.carnet.events.care.CareProvider;
import fr.carnet.eventstore.Projection;
import fr.carnet.eventstore.RecordedEvent;
import fr.carnet.sealing.Binding;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/**
 * {@code care.reimbursements} → care lines. A line is its key: what passes again changes nothing
 * but when it was first seen, the earliest counts, how often the insurer repeated it, the most
 * counts, and when it was processed, where an older copy does not say it; a withdrawn line stays
 * withdrawn, whatever comes again. So the rows depend on no order. They are kept whatever the
 * dossier's state; state, window and sums belong to reading.
 */
@ApplicationScoped
public class CareHistoryProjection implements Projection {
  private final KeyRing keys;

  /** Opens lines with these keys. */
  @Inject
  public CareHistoryProjection(KeyRing keys) {
    this.keys = keys;
  }

  @Override
  public String name() {
    return "care-history";
  }

  @Override
  public List<Topic> topics() {
    return List.of(Topic.CARE_REIMBURSEMENTS);
  }

  @Override
  public Order order() {
    return Order.BY_IDENTITY;
  }

  @Override
  public List<String> tables() {
    return List.of("care_line");
  }

  /**
   * Secret care is taken out although a line before it cannot be read: the order does not matter.
   */
  @Override
  public boolean mayOvertake(String type) {
    return type.equals(CareLineWithdrawn.WIRE_NAME);
  }

  @Override
  public void withoutErased(Connection tx) throws SQLException {
    try (PreparedStatement delete =
        tx.prepareStatement(
            """
            DELETE FROM care_line WHERE dossier_id IN
              (SELECT dossier_id FROM dossier_key WHERE destroyed_at IS NOT NULL)
            """)) {
      delete.executeUpdate();
    }
  }

  private record Line(UUID dossierId, String lineKey, Care care, Instant firstSeen, int repeats) {
    Line and(Line again) {
      return new Line(
          dossierId,
          lineKey,
          care.processedOn().isPresent() ? care : again.care,
          again.firstSeen.isBefore(firstSeen) ? again.firstSeen : firstSeen,
          Math.max(repeats, again.repeats));
    }
  }

  @Override
  public void apply(Connection tx, List<RecordedEvent> events) throws SQLException {
    List<KeyRing.SealedBody> bodies = new ArrayList<>();
    List<RecordedEvent> passedEvents = new ArrayList<>();
    List<String> passedKeys = new ArrayList<>();
    List<RecordedEvent> withdrawn = new ArrayList<>();
    for (RecordedEvent event : events) {
      switch (event.type()) {
        case CareLinePassed.WIRE_NAME -> {
          CareLinePassed passed = Wire.read(event.data(), CareLinePassed.class);
          bodies.add(
              new KeyRing.SealedBody(
                  passed.care(),
                  new Binding(event.streamId(), passed.lineKey(), CareLinePassed.WIRE_NAME)));
          passedEvents.add(event);
          passedKeys.add(passed.lineKey());
        }
        case CareLineWithdrawn.WIRE_NAME -> withdrawn.add(event);
        default -> {
          // A type of a later version.
        }
      }
    }
    List<Optional<byte[]>> opened = keys.openKept(tx, bodies);
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < opened.size(); i++) {
      if (opened.get(i).isEmpty()) {
        // Of an erased dossier: the log holds it for ever, and nobody can read it.
        continue;
      }
      RecordedEvent event = passedEvents.get(i);
      Care care = Wire.read(opened.get(i).get(), Care.class);
      lines.add(new Line(event.streamId(), passedKeys.get(i), care, event.time(), care.repeats()));
    }
    insert(tx, merged(lines));
    withdraw(tx, ofKept(tx, withdrawn));
  }

  private List<RecordedEvent> ofKept(Connection tx, List<RecordedEvent> events)
      throws SQLException {
    if (events.isEmpty()) {
      return events;
    }
    Set<UUID> erased = keys.destroyed(tx, events.stream().map(RecordedEvent::streamId).toList());
    return events.stream().filter(event -> !erased.contains(event.streamId())).toList();
  }

  /** Each line once: one statement may not change a row twice. */
  private static List<Line> merged(List<Line> lines) {
    Map<String, Line> merged = new LinkedHashMap<>();
    lines.forEach(line -> merged.merge(line.dossierId() + line.lineKey(), line, Line::and));
    return List.copyOf(merged.values());
  }

  private static void insert(Connection tx, List<Line> lines) throws SQLException {
    if (lines.isEmpty()) {
      return;
    }
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO care_line (dossier_id, line_key, withdrawn, item_id, category, nature_code,
              act_system, act_code, quantity, performer_rpps, performer_finess,
              performer_specialty, prescribed, prescriber_rpps, prescriber_finess,
              prescriber_specialty, prescribed_on, care_from, care_to, during_stay,
              treating_physician, processed_on, first_seen, repeats)
            SELECT dossier_id, line_key, false, item_id, category, nature_code, act_system,
              act_code, quantity, performer_rpps, performer_finess, performer_specialty, prescribed,
              prescriber_rpps, prescriber_finess, prescriber_specialty, prescribed_on, care_from,
              care_to, during_stay, treating_physician, processed_on, first_seen, repeats
            FROM unnest(?::uuid[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                        ?::text[], ?::numeric[], ?::text[], ?::text[], ?::text[], ?::boolean[],
                        ?::text[], ?::text[], ?::text[], ?::date[], ?::date[], ?::date[],
                        ?::boolean[], ?::text[], ?::date[], ?::timestamptz[], ?::int[])
              AS t(dossier_id, line_key, item_id, category, nature_code, act_system,
                   act_code, quantity, performer_rpps, performer_finess, performer_specialty,
                   prescribed, prescriber_rpps, prescriber_finess, prescriber_specialty,
                   prescribed_on, care_from, care_to, during_stay, treating_physician,
                   processed_on, first_seen, repeats)
            ON CONFLICT (dossier_id, line_key) DO UPDATE
              SET item_id = excluded.item_id,
                  first_seen = CASE WHEN care_line.first_seen > excluded.first_seen
                                    THEN excluded.first_seen ELSE care_line.first_seen END,
                  repeats = CASE WHEN NOT care_line.withdrawn
                                 THEN greatest(care_line.repeats, excluded.repeats) END,
                  processed_on = CASE WHEN NOT care_line.withdrawn
                                      THEN coalesce(care_line.processed_on, excluded.processed_on)
                                      END
              WHERE CASE WHEN care_line.withdrawn THEN care_line.item_id IS NULL
                         ELSE care_line.first_seen > excluded.first_seen
                              OR coalesce(care_line.repeats, 0) < excluded.repeats
                              OR (care_line.processed_on IS NULL
                                  AND excluded.processed_on IS NOT NULL) END
            """)) {
      Columns columns = new Columns(tx, insert, lines);
      columns.add("uuid", Line::dossierId);
      columns.add("text", Line::lineKey);
      columns.add("text", line -> line.care().itemId());
      columns.add("text", line -> line.care().category().name());
      columns.add("text", line -> line.care().natureCode());
      columns.add("text", line -> line.care().act().map(act -> act.system().name()).orElse(null));
      columns.add("text", line -> line.care().act().map(Act::code).orElse(null));
      columns.add("numeric", line -> line.care().quantity());
      columns.add("text", line -> line.care().performer().rpps().orElse(null));
      columns.add("text", line -> line.care().performer().finess().orElse(null));
      columns.add("text", line -> line.care().performer().specialtyCode().orElse(null));
      columns.add("boolean", line -> line.care().prescriber().isPresent());
      columns.add("text", line -> prescriber(line, CareProvider::rpps));
      columns.add("text", line -> prescriber(line, CareProvider::finess));
      columns.add("text", line -> prescriber(line, CareProvider::specialtyCode));
      columns.add("date", line -> line.care().prescribedOn().map(Date::valueOf).orElse(null));
      columns.add("date", line -> Date.valueOf(line.care().careFrom()));
      columns.add("date", line -> Date.valueOf(line.care().careTo()));
      columns.add("boolean", line -> line.care().duringHospitalStay());
      columns.add("text", line -> line.care().treatingPhysician().orElse(null));
      columns.add("date", line -> line.care().processedOn().map(Date::valueOf).orElse(null));
      columns.add("timestamptz", line -> line.firstSeen().toString());
      columns.add("int4", Line::repeats);
      insert.executeUpdate();
    }
  }

  private static String prescriber(Line line, Function<CareProvider, Optional<String>> component) {
    return line.care().prescriber().flatMap(component).orElse(null);
  }

  /** Binds one array a column. */
  private static final class Columns {
    private final Connection tx;
    private final PreparedStatement statement;
    private final List<Line> lines;
    private int next = 1;

    Columns(Connection tx, PreparedStatement statement, List<Line> lines) {
      this.tx = tx;
      this.statement = statement;
      this.lines = lines;
    }

    void add(String type, Function<Line, Object> value) throws SQLException {
      Object[] values = new Object[lines.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = value.apply(lines.get(i));
      }
      statement.setArray(next++, tx.createArrayOf(type, values));
    }
  }

  /**
   * Nothing is kept of it but its item's id, which tells nothing by itself: the log of who looked
   * names it, and must not name it to representatives any more.
   */
  private static void withdraw(Connection tx, List<RecordedEvent> events) throws SQLException {
    if (events.isEmpty()) {
      return;
    }
    try (PreparedStatement upsert =
        tx.prepareStatement(
            """
            INSERT INTO care_line (dossier_id, line_key, withdrawn) VALUES (?, ?, true)
            ON CONFLICT (dossier_id, line_key) DO UPDATE
              SET withdrawn = true, category = NULL, nature_code = NULL,
                  act_system = NULL, act_code = NULL, quantity = NULL, performer_rpps = NULL,
                  performer_finess = NULL, performer_specialty = NULL, prescribed = NULL,
                  prescriber_rpps = NULL, prescriber_finess = NULL, prescriber_specialty = NULL,
                  prescribed_on = NULL, care_from = NULL, care_to = NULL, during_stay = NULL,
                  treating_physician = NULL, processed_on = NULL, first_seen = NULL,
                  repeats = NULL
            """)) {
      for (RecordedEvent event : events) {
        CareLineWithdrawn withdrawal = Wire.read(event.data(), CareLineWithdrawn.class);
        upsert.setObject(1, event.streamId());
        upsert.setString(2, withdrawal.lineKey());
        upsert.addBatch();
      }
      upsert.executeBatch();
    }
  }
}
