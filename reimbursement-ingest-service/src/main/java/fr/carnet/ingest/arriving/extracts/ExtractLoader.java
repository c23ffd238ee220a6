package fr.carnet.ingest.arriving.extracts;

import fr.carnet.events.Wire;
import fr.carnet.events.billing.LineRejected;
import fr.carnet.eventstore.Transactions;
import fr.carnet.ingest.arriving.extracts.Extracts.Load;
import fr.carnet.ingest.arriving.extracts.Extracts.Position;
import fr.carnet.ingest.arriving.extracts.Extracts.State;
import fr.carnet.ingest.deciding.LinePolicy;
import fr.carnet.ingest.deciding.LineRules;
import fr.carnet.ingest.deciding.Window;
import fr.carnet.ingest.keeping.Deliveries;
import fr.carnet.ingest.keeping.LineStore;
import fr.carnet.ingest.keeping.Outcome;
import fr.carnet.ingest.keeping.Received;
import fr.carnet.ingest.keeping.Today;
import fr.carnet.ingest.passing.Valve;
import fr.carnet.resourceserver.Machinery;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Loads one extract after the other: reads its files into tables, compares their rows, and only
 * when nothing is wrong feeds the lines. Each step moves the load's position in the transaction
 * that does it, so whenever this is killed it goes on where it was, and each line is fed once.
 */
@ApplicationScoped
public class ExtractLoader implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ExtractLoader.class);

  /** Held by the one instance that loads. */
  private static final int LOCK = 7_303;

  private static final int ROWS_A_TRANSACTION = 5_000;
  private static final int HUB_LINES_A_TRANSACTION = 500;
  private static final int LINES_AT_ONCE = 1_000;
  private static final int MOST_FAILURES = 5;
  private static final Duration IDLE = Duration.ofSeconds(1);

  @Inject DataSource dataSource;
  @Inject LineStore store;
  @Inject LinePolicy policy;
  @Inject Deliveries deliveries;
  @Inject Valve valve;
  @Inject Machinery machinery;

  @Inject
  @ConfigProperty(name = "carnet.ingest.extracts-folder")
  Optional<String> root;

  private final Semaphore wake = new Semaphore(0);
  private final Map<Long, Integer> failures = new HashMap<>();
  private volatile boolean running = true;
  private Thread thread = Thread.ofPlatform().unstarted(() -> {});

  void start(@Observes Machinery.Starting starting) {
    if (root.isPresent()) {
      thread = Thread.ofPlatform().name("extracts").daemon().start(this::run);
      starting.worker(this);
    }
  }

  /** Where the extracts of a sender are: a folder of its own below the operator's. */
  Optional<Path> folder(String sender, String name) {
    return root.map(path -> Path.of(path).resolve(sender).resolve(name));
  }

  /** A load was asked for: look at once. */
  void wake() {
    wake.release();
  }

  @Override
  public void close() throws InterruptedException {
    running = false;
    wake();
    thread.join(Duration.ofSeconds(10));
  }

  private void run() {
    while (running) {
      try {
        loadAll();
      } catch (SQLException e) {
        LOG.warnf("loading tries again: SQL state %s", e.getSQLState());
      } catch (IOException | RuntimeException e) {
        LOG.warnf("loading tries again: %s", e.getClass().getName());
      }
      rest();
    }
  }

  private void rest() {
    try {
      if (wake.tryAcquire(IDLE.toMillis(), TimeUnit.MILLISECONDS)) {
        wake.drainPermits();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      running = false;
    }
  }

  /** Loads what waits, if no other instance does. */
  private void loadAll() throws SQLException, IOException {
    try (Connection lock = dataSource.getConnection()) {
      if (!tells(lock, "SELECT pg_try_advisory_lock(" + LOCK + ")")) {
        return;
      }
      try {
        Optional<Load> load = Extracts.first(lock);
        while (running && load.isPresent()) {
          stepOrRefuse(load.get());
          load = Extracts.first(lock);
        }
      } finally {
        tells(lock, "SELECT pg_advisory_unlock(" + LOCK + ")");
      }
    }
  }

  private static boolean tells(Connection connection, String sql) throws SQLException {
    try (Statement select = connection.createStatement();
        ResultSet row = select.executeQuery(sql)) {
      row.next();
      return row.getBoolean(1);
    }
  }

  /**
   * What fails again and again is refused, so that nobody waits behind it for ever; it may be asked
   * for again. A database that is away is no failure of the load.
   */
  private void stepOrRefuse(Load load) throws SQLException, IOException {
    try {
      step(load);
      failures.remove(load.id());
    } catch (SQLException | IOException | RuntimeException e) {
      if (Transactions.isTransient(e)
          || failures.merge(load.id(), 1, Integer::sum) < MOST_FAILURES) {
        throw e;
      }
      LOG.errorf("a load is refused, because it keeps failing: %s", e.getClass().getName());
      Transactions.run(
          dataSource,
          tx -> {
            Extracts.fault(tx, load.id(), List.of(ExtractFault.LOADING_FAILED.at("", 0, "")));
            StagedRows.clear(tx);
            Extracts.move(tx, load, State.REFUSED);
            return load;
          });
      failures.remove(load.id());
    }
  }

  private void step(Load load) throws SQLException, IOException {
    switch (load.state()) {
      case READING -> read(load);
      case CHECKING -> check(load);
      case FEEDING -> feed(load);
      case DONE, REFUSED -> throw new IllegalStateException("this load has ended");
    }
  }

  private void read(Load load) throws SQLException, IOException {
    Path folder = folder(load.sender(), load.folder()).orElseThrow();
    for (ExtractFile file : ExtractFile.values()) {
      Position position =
          Transactions.run(dataSource, tx -> Extracts.position(tx, load.id(), file));
      if (!position.complete()) {
        readFile(load, file, folder.resolve(file.fileName()), position);
      }
      if (!running) {
        return;
      }
    }
    boolean faulty =
        Transactions.run(
            dataSource,
            tx -> {
              boolean any = Extracts.isFaulty(tx, load.id());
              if (any) {
                StagedRows.clear(tx);
              }
              Extracts.move(tx, load, any ? State.REFUSED : State.CHECKING);
              return any;
            });
    LOG.infof("an extract was read, %s", faulty ? "and is refused" : "and is sound by itself");
  }

  private void readFile(Load load, ExtractFile file, Path path, Position position)
      throws SQLException, IOException {
    if (isAnother(path, position)) {
      end(load, file, position.rows(), ExtractFault.FILE_CHANGED.at(file.fileName(), 0, ""));
      return;
    }
    long size = position.bytes();
    if (!path.toFile().isFile()) {
      if (file.isRequired()) {
        end(load, file, position.rows(), ExtractFault.FILE_MISSING.at(file.fileName(), 0, ""));
      } else {
        advance(
            load, file, position.rows(), new CsvRows.Chunk(List.of(), List.of(), 0, 0, true), 0);
      }
      return;
    }
    try (CsvRows rows = CsvRows.open(path, file)) {
      List<ExtractFault.Found> header = rows.header();
      if (!header.isEmpty()) {
        advance(
            load, file, position.rows(), new CsvRows.Chunk(List.of(), header, 0, 1, true), size);
        return;
      }
      rows.skip(position.rows());
      long read = position.rows();
      boolean complete = false;
      while (running && !complete) {
        CsvRows.Chunk chunk = rows.chunk(ROWS_A_TRANSACTION);
        if (chunk.complete() && isAnother(path, position)) {
          // Written over while it was read: its end may be anybody's.
          end(load, file, read, ExtractFault.FILE_CHANGED.at(file.fileName(), 0, ""));
          return;
        }
        advance(load, file, read, chunk, rows.bytesRead());
        read += chunk.rows();
        complete = chunk.complete();
      }
    }
  }

  private static boolean isAnother(Path path, Position position) {
    return Extracts.size(path) != position.bytes() || !position.isOf(Extracts.identity(path));
  }

  private void end(Load load, ExtractFile file, long rows, ExtractFault.Found fault)
      throws SQLException {
    advance(load, file, rows, new CsvRows.Chunk(List.of(), List.of(fault), 0, 0, true), 0);
  }

  private void advance(Load load, ExtractFile file, long rows, CsvRows.Chunk chunk, long bytesRead)
      throws SQLException {
    Transactions.run(
        dataSource,
        tx -> {
          Extracts.advance(tx, load.id(), file, rows, chunk, bytesRead);
          StagedRows.store(tx, file, chunk.stored());
          Extracts.fault(tx, load.id(), chunk.faults());
          return chunk;
        });
  }

  private void check(Load load) throws SQLException {
    Transactions.run(
        dataSource,
        tx -> {
          StagedRows.check(tx, load.id());
          boolean faulty = Extracts.isFaulty(tx, load.id());
          if (faulty) {
            StagedRows.clear(tx);
          }
          Extracts.move(tx, load, faulty ? State.REFUSED : State.FEEDING);
          return faulty;
        });
  }

  private void feed(Load load) throws SQLException {
    long[] fed = Transactions.run(dataSource, tx -> Extracts.fed(tx, load.id()));
    long from = fed[0];
    while (running && from < fed[1]) {
      long after = from;
      long upTo = Math.min(after + HUB_LINES_A_TRANSACTION, fed[1]);
      List<Outcome> outcomes =
          Transactions.run(dataSource, tx -> new Feeding(tx, load).feed(after, upTo));
      if (!load.dryRun()) {
        store.count(load.sender(), outcomes);
        valve.wake();
        machinery.wakeRelay();
      }
      from = upTo;
    }
    if (from >= fed[1]) {
      Transactions.run(
          dataSource,
          tx -> {
            StagedRows.clear(tx);
            if (!load.dryRun()) {
              deliveries.end(tx, load.deliveryId(), Optional.empty());
            }
            Extracts.move(tx, load, State.DONE);
            return load;
          });
      LOG.info(load.dryRun() ? "the dry run of an extract ended" : "an extract was loaded");
    }
  }

  /** One transaction's worth of lines. */
  private final class Feeding {
    private final Connection tx;
    private final Load load;
    private final LocalDate today = Today.inParis();
    private final List<Received> waiting = new ArrayList<>();
    private final List<Outcome> outcomes = new ArrayList<>();
    private final Map<String, Long> counts = new TreeMap<>();

    Feeding(Connection tx, Load load) {
      this.tx = tx;
      this.load = load;
    }

    List<Outcome> feed(long afterLine, long upToLine) throws SQLException {
      Extracts.feed(tx, load, afterLine, upToLine);
      StagedRows.joined(tx, afterLine, upToLine, this::take);
      flush();
      Extracts.count(tx, load.id(), counts);
      return outcomes;
    }

    private void take(JoinedRow row) throws SQLException {
      switch (row.kind()) {
        case SUPPLEMENT -> count("supplements");
        case NOT_CARE -> count("notCare");
        case LINE -> keep(row);
      }
    }

    private void keep(JoinedRow row) throws SQLException {
      Map<String, Object> fields = row.fields();
      // As received is as this adapter wrote it: a rejection shows what a sender would correct.
      waiting.add(
          new Received(
              Wire.write(fields),
              LineRules.read(fields, Optional.empty(), today, policy),
              row.madeFrom().stream().map(place -> load.folder() + "/" + place).toList()));
      if (waiting.size() == LINES_AT_ONCE) {
        flush();
      }
    }

    private void flush() throws SQLException {
      if (!waiting.isEmpty()) {
        List<Received> lines = List.copyOf(waiting);
        List<Outcome> became = load.dryRun() ? wouldKeep(lines) : keep(lines);
        for (int i = 0; i < became.size(); i++) {
          count(became.get(i), lines.get(i));
        }
        outcomes.addAll(became);
        waiting.clear();
      }
    }

    private List<Outcome> keep(List<Received> lines) throws SQLException {
      List<Outcome> kept =
          store.keep(tx, load.sender(), lines, Window.endingOn(today), load.correlation());
      deliveries.begin(tx, load.deliveryId(), load.sender());
      deliveries.count(tx, load.deliveryId(), 0, lines, kept);
      return kept;
    }

    /** No line id comes twice in an extract that is sound by itself: each stands alone. */
    private List<Outcome> wouldKeep(List<Received> lines) throws SQLException {
      return store.wouldKeep(tx, load.sender(), lines, Window.endingOn(today));
    }

    private void count(Outcome outcome, Received line) {
      switch (outcome) {
        case Outcome.Accepted _ -> {
          count("accepted");
          count(line.warnings(), Extracts::warnedOf);
        }
        case Outcome.Repeated _ -> count("repeated");
        case Outcome.OutsideWindow _ -> count("outsideWindow");
        case Outcome.Rejected refused -> {
          count("rejected");
          count(refused.faults(), Extracts::rejectedFor);
        }
      }
    }

    private void count(List<LineRejected.Fault> faults, UnaryOperator<String> name) {
      faults.stream()
          .map(LineRejected.Fault::code)
          .distinct()
          .forEach(code -> count(name.apply(code)));
    }

    private void count(String name) {
      counts.merge(name, 1L, Long::sum);
    }
  }
}
