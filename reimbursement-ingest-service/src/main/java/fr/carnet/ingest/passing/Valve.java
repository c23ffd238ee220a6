package fr.carnet.ingest.passing;

import fr.carnet.events.Headers;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.care.Care;
import fr.carnet.events.care.CareLinePassed;
import fr.carnet.events.care.CareLineWithdrawn;
import fr.carnet.eventstore.Transactions;
import fr.carnet.ingest.deciding.Window;
import fr.carnet.ingest.keeping.Buckets;
import fr.carnet.ingest.keeping.LineNote;
import fr.carnet.ingest.keeping.Today;
import fr.carnet.resourceserver.KafkaSettings;
import fr.carnet.sealing.Binding;
import fr.carnet.sealing.SealingSession;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * The valve: passes unpassed lines of people whose dossier is open, sealed, and nothing else. It
 * does not care how a line came nor how often. A line stays unpassed until Kafka has acknowledged
 * it, so a crash anywhere delays it and never drops it.
 *
 * <p>Passing holds the beneficiaries' buckets, so an opening, a closing or an erasure is applied
 * either before or after a batch, never within: nothing passes after a closing is applied.
 */
@ApplicationScoped
public class Valve implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Valve.class);
  private static final int BATCH = 2_000;
  private static final Duration IDLE = Duration.ofMillis(50);

  /**
   * What came just now is left alone until its sender has been answered: passing it would take the
   * answer time, processor and disk that a line which does not pass leaves to it, and so tell who
   * has a dossier.
   */
  private static final Duration QUIET = Duration.ofMillis(50);

  private static final Duration BACK_OFF = Duration.ofMillis(250);

  @Inject DataSource dataSource;
  @Inject KafkaSettings kafka;
  @Inject Sendings sendings;
  @Inject SetAside setAside;

  @Inject
  @ConfigProperty(name = "carnet.instance")
  String instance;

  private final Semaphore wake = new Semaphore(0);
  private final Sessions sessions = new Sessions();
  private volatile boolean running = true;
  private int batch = BATCH;
  private List<Place> inHand = List.of();
  private boolean sending;
  private Thread thread = Thread.ofPlatform().unstarted(() -> {});

  /**
   * Starts passing, once the registry has been read to where it ended at the start: a closing that
   * was acknowledged while this service was down must bind the first line.
   */
  public void start(BooleanSupplier registryRead) {
    thread = Thread.ofPlatform().name("valve").daemon().start(() -> run(registryRead));
  }

  /** Something was kept or opened: look at once. */
  public void wake() {
    if (wake.availablePermits() == 0) {
      wake.release();
    }
  }

  @Override
  public void close() throws InterruptedException {
    running = false;
    wake();
    thread.join(Duration.ofSeconds(10));
  }

  private void run(BooleanSupplier registryRead) {
    while (running && !registryRead.getAsBoolean()) {
      rest(IDLE);
    }
    try (CareProducer producer = new CareProducer(kafka.client(), transactionalId())) {
      while (running) {
        inHand = List.of();
        sending = false;
        try {
          takeUpNotes();
          if (pass(producer) == 0) {
            rest(IDLE);
          }
          batch = Math.min(BATCH, batch * 2);
        } catch (SQLException | RuntimeException e) {
          sessions.forget();
          LOG.warnf("the valve tries again: %s", reason(e));
          if (mayPassLater(e)) {
            rest(BACK_OFF);
          } else {
            withoutPoison(e);
          }
        }
      }
    }
  }

  /** Whether it is Kafka or the database that fails, and no line. */
  private boolean mayPassLater(Exception failure) {
    return sending || Transactions.isTransient(failure);
  }

  /**
   * A batch that fails whenever it is tried is halved, down to the one line that cannot pass: it is
   * set aside, and all others go on.
   */
  private void withoutPoison(Exception failure) {
    if (inHand.size() > 1) {
      batch = inHand.size() / 2;
      return;
    }
    try {
      for (Place place : inHand) {
        setAside.put(place.id(), place.lineKey(), place.bucket(), reason(failure));
        LOG.errorf("the valve sets a line aside: %s", reason(failure));
      }
    } catch (SQLException e) {
      LOG.warnf("the valve tries again: %s", reason(e));
    }
    rest(BACK_OFF);
  }

  /** What failed, without its text: that of a database error may quote values. */
  private static String reason(Exception failure) {
    return failure instanceof SQLException sql
        ? "SQLSTATE " + sql.getSQLState()
        : failure.getClass().getName();
  }

  /** A place in the queue of what is unpassed. */
  private record Place(long id, String lineKey, int bucket) {}

  /** A line; the patient is empty where it was withdrawn before. */
  private record Line(
      String lineKey,
      String patientRef,
      int bucket,
      boolean secret,
      LocalDate careFrom,
      byte[] care,
      int repeats) {

    /** It has left the window by the clock of whoever deletes, if not yet by this one's. */
    boolean isForgotten() {
      return care.length == 0;
    }
  }

  private record Dossier(UUID id, String publicKey, boolean open, boolean stopped) {}

  private void takeUpNotes() throws SQLException {
    Transactions.run(
        dataSource,
        tx -> {
          planByIndex(tx);
          for (LineNote note : LineNote.values()) {
            note.takeUp(tx, QUIET);
          }
          return true;
        });
  }

  /** Looks at one batch; gives how many lines it looked at. */
  private int pass(CareProducer producer) throws SQLException {
    return Transactions.run(
        dataSource,
        tx -> {
          planByIndex(tx);
          List<Place> places = unpassed(tx, batch);
          inHand = places;
          if (places.isEmpty()) {
            return 0;
          }
          // Whoever holds one of them alone waits for no place: nobody waits in a circle.
          Buckets.shared(
              tx,
              places.stream().map(Place::bucket).collect(Collectors.toCollection(TreeSet::new)));
          // Read after the locks are held: what is open now stays so until this commits.
          List<Line> lines = lines(tx, places);
          if (lines.isEmpty()) {
            return 0;
          }
          Map<String, List<Dossier>> dossiers = dossiersOf(tx, lines);
          List<ProducerRecord<String, byte[]>> records = seal(tx, lines, dossiers);
          if (!records.isEmpty()) {
            sending = true;
            // Whatever an earlier batch left open is ended before its row is written over.
            var _ = producer.ready();
            sendings.begin(transactionalId(), bucketsOf(lines));
            send(producer, records);
            sending = false;
            Sendings.end(tx, transactionalId());
          }
          lookedAt(tx, places, lines);
          return lines.size();
        });
  }

  private String transactionalId() {
    return "ingest-valve-" + instance;
  }

  private static Set<Integer> bucketsOf(List<Line> lines) {
    return lines.stream().map(Line::bucket).collect(Collectors.toCollection(TreeSet::new));
  }

  /** Sends, or settles with Kafka that nothing was sent, before the locks are given back. */
  private void send(CareProducer producer, List<ProducerRecord<String, byte[]>> records) {
    try {
      producer.send(records);
    } catch (RuntimeException e) {
      while (running) {
        try {
          var _ = producer.ready();
          break;
        } catch (RuntimeException unreachable) {
          LOG.warnf("Kafka does not answer: %s", unreachable.getClass().getName());
          rest(BACK_OFF);
        }
      }
      throw e;
    }
  }

  /**
   * The queue is full or empty from one moment to the next, and after a start nothing is known of
   * any table: whatever the statistics say, a few lines are looked up by their keys. A bitmap would
   * come back to the dead entries each time, where the index itself forgets them.
   */
  private static void planByIndex(Connection tx) throws SQLException {
    try (Statement set = tx.createStatement()) {
      set.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off");
    }
  }

  /** What came first, but for what another valve is at; held until this transaction ends. */
  private static List<Place> unpassed(Connection tx, int most) throws SQLException {
    List<Place> places = new ArrayList<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            "SELECT id, line_key, bucket FROM unpassed ORDER BY id LIMIT ? FOR UPDATE SKIP LOCKED")) {
      select.setInt(1, most);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          places.add(new Place(row.getLong(1), row.getString(2), row.getInt(3)));
        }
      }
    }
    return places;
  }

  /**
   * The lines that can be looked at now, held: so that nobody changes one, and has the change pass,
   * while it is on its way as it was.
   */
  private static List<Line> lines(Connection tx, List<Place> places) throws SQLException {
    List<Line> lines = new ArrayList<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT line_key, coalesce(patient_ref, ''), bucket, secret, care_from,
                   coalesce(care, ''), repeats
            FROM line
            WHERE line_key = ANY (?)
              AND received_at <= clock_timestamp() - ? * interval '1 millisecond'
              AND NOT EXISTS (SELECT FROM line_secret s WHERE s.line_key = line.line_key)
            FOR UPDATE SKIP LOCKED
            """)) {
      select.setArray(1, tx.createArrayOf("text", places.stream().map(Place::lineKey).toArray()));
      select.setLong(2, QUIET.toMillis());
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          boolean secret = row.getBoolean(4);
          lines.add(
              new Line(
                  row.getString(1),
                  row.getString(2),
                  row.getInt(3),
                  secret,
                  secret ? LocalDate.EPOCH : row.getDate(5).toLocalDate(),
                  secret ? new byte[0] : row.getBytes(6),
                  row.getInt(7)));
        }
      }
    }
    return lines;
  }

  private static Map<String, List<Dossier>> dossiersOf(Connection tx, List<Line> lines)
      throws SQLException {
    Map<String, List<Dossier>> dossiers = new HashMap<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT p.patient_ref, d.dossier_id, d.public_key, d.open,
                   EXISTS (SELECT 1 FROM parked
                           WHERE consumer = 'dossier-registry'
                             AND stream_key = d.dossier_id::text
                             AND discarded_at IS NULL)
            FROM dossier d JOIN dossier_patient p ON p.dossier_id = d.dossier_id
            WHERE p.patient_ref = ANY (?)
            """)) {
      select.setArray(
          1, tx.createArrayOf("text", lines.stream().map(Line::patientRef).distinct().toArray()));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          dossiers
              .computeIfAbsent(row.getString(1), _ -> new ArrayList<>())
              .add(
                  new Dossier(
                      row.getObject(2, UUID.class),
                      row.getString(3),
                      row.getBoolean(4),
                      row.getBoolean(5)));
        }
      }
    }
    return dossiers;
  }

  private List<ProducerRecord<String, byte[]>> seal(
      Connection tx, List<Line> lines, Map<String, List<Dossier>> dossiers) throws SQLException {
    LocalDate today = Today.inParis();
    Window window = Window.endingOn(today);
    Map<UUID, String> open = new HashMap<>();
    Set<UUID> stopped = new HashSet<>();
    for (List<Dossier> ofPatient : dossiers.values()) {
      for (Dossier dossier : ofPatient) {
        if (dossier.stopped()) {
          stopped.add(dossier.id());
        } else if (dossier.open()) {
          open.put(dossier.id(), dossier.publicKey());
        }
      }
    }
    Map<UUID, SealingSession> sealers = sessions.of(tx, open, today);
    // A microsecond apart: who looks in the midst of a batch has seen what is before that moment,
    // and not what is after it.
    Instant now = Clock.systemUTC().instant();
    List<ProducerRecord<String, byte[]>> records = new ArrayList<>();
    for (Line line : lines) {
      for (Dossier dossier : dossiers.getOrDefault(line.patientRef(), List.of())) {
        Instant time = now.plus(records.size(), ChronoUnit.MICROS);
        if (line.secret()) {
          // From a closed dossier too: what may not be there is taken out of the archive.
          records.add(withdrawal(dossier.id(), line.lineKey(), time));
        } else if (open.containsKey(dossier.id())
            && window.holds(line.careFrom())
            && !line.isForgotten()) {
          records.add(passing(sealers.get(dossier.id()), dossier.id(), line, time));
        }
      }
    }
    comeBackTo(tx, stopped);
    return records;
  }

  /** A dossier whose registry stream is stopped is fed nothing; once it moves on, all again. */
  private static void comeBackTo(Connection tx, Set<UUID> stopped) throws SQLException {
    if (stopped.isEmpty()) {
      return;
    }
    try (PreparedStatement upsert =
        tx.prepareStatement(
            """
            INSERT INTO backfilled (dossier_id, version) SELECT d, 0 FROM unnest(?) AS t(d)
            ON CONFLICT (dossier_id) DO UPDATE SET version = 0
            """)) {
      upsert.setArray(1, tx.createArrayOf("uuid", stopped.toArray()));
      upsert.executeUpdate();
    }
  }

  private static ProducerRecord<String, byte[]> passing(
      SealingSession session, UUID dossierId, Line line, Instant now) {
    Binding binding = new Binding(dossierId, line.lineKey(), CareLinePassed.WIRE_NAME);
    byte[] care =
        line.repeats() == 0
            ? line.care()
            : Wire.write(Wire.read(line.care(), Care.class).repeated(line.repeats()));
    return record(
        dossierId,
        CareLinePassed.WIRE_NAME,
        // Sent again it is another fact about the line.
        line.repeats() == 0 ? line.lineKey() : line.lineKey() + "|" + line.repeats(),
        Wire.write(new CareLinePassed(line.lineKey(), session.seal(care, binding))),
        now);
  }

  private static ProducerRecord<String, byte[]> withdrawal(
      UUID dossierId, String lineKey, Instant now) {
    return record(
        dossierId,
        CareLineWithdrawn.WIRE_NAME,
        lineKey,
        Wire.write(new CareLineWithdrawn(lineKey)),
        now);
  }

  private static ProducerRecord<String, byte[]> record(
      UUID dossierId, String type, String fact, byte[] value, Instant now) {
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(Topic.CARE_REIMBURSEMENTS.wireName(), dossierId.toString(), value);
    // The same id each time the same passes, so that a repeat shows as one.
    UUID id =
        UUID.nameUUIDFromBytes(
            (dossierId + "|" + type + "|" + fact).getBytes(StandardCharsets.UTF_8));
    Map.of(
            Headers.SPEC_VERSION,
            "1.0",
            Headers.ID,
            id.toString(),
            Headers.TYPE,
            type,
            Headers.SOURCE,
            "/reimbursement-ingest-service",
            Headers.TIME,
            now.toString(),
            Headers.SUBJECT,
            dossierId.toString(),
            Headers.ACTOR,
            "insurer")
        .forEach((name, text) -> record.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
    return record;
  }

  /** A withdrawn line keeps nothing but its key from here on. */
  private static void lookedAt(Connection tx, List<Place> places, List<Line> lines)
      throws SQLException {
    Set<String> lookedAt = lines.stream().map(Line::lineKey).collect(Collectors.toSet());
    try (PreparedStatement delete =
        tx.prepareStatement(
            """
            WITH passes_again AS (DELETE FROM set_aside WHERE line_key = ANY (?))
            DELETE FROM unpassed WHERE id = ANY (?)
            """)) {
      delete.setArray(1, tx.createArrayOf("text", lookedAt.toArray()));
      delete.setArray(
          2,
          tx.createArrayOf(
              "bigint",
              places.stream()
                  .filter(place -> lookedAt.contains(place.lineKey()))
                  .map(Place::id)
                  .toArray()));
      delete.executeUpdate();
    }
    Object[] withdrawn = lines.stream().filter(Line::secret).map(Line::lineKey).toArray();
    if (withdrawn.length > 0) {
      try (PreparedStatement update =
          tx.prepareStatement("UPDATE line SET patient_ref = NULL WHERE line_key = ANY (?)")) {
        update.setArray(1, tx.createArrayOf("text", withdrawn));
        update.executeUpdate();
      }
    }
  }

  private void rest(Duration time) {
    try {
      if (wake.tryAcquire(time.toMillis(), TimeUnit.MILLISECONDS)) {
        wake.drainPermits();
      }
    } catch (InterruptedException e) {
      running = false;
    }
  }
}
