package fr.carnet.audit.proving;

import fr.carnet.audit.noticing.LogNotice;
import fr.carnet.audit.noticing.Notices;
import fr.carnet.audit.proving.Cosignatures.Standing;
import fr.carnet.eventstore.Transactions;
import fr.carnet.transparency.Checkpoint;
import fr.carnet.transparency.ConsistencyProof;
import fr.carnet.transparency.Hash;
import fr.carnet.transparency.Malformed;
import fr.carnet.transparency.NoteSignature;
import fr.carnet.transparency.SignedNote;
import fr.carnet.transparency.VerifierKey;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * Asks those who witness this log to cosign its checkpoints (C2SP tlog-witness), each on a thread
 * of its own and all apart from the sequencer: one that is down, slow or refuses stops nothing. One
 * that has cosigned another history is told loudly.
 */
public final class Witnesses implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Witnesses.class);
  private static final Duration PAUSE = Duration.ofMillis(250);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** A cosignature, a size, or a checkpoint with those who signed it. */
  private static final int LONGEST_ANSWER = 4096;

  private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);

  /**
   * A witness may be ahead for a moment: of a database that is being made anew, or of a replica
   * that reads while another signs.
   */
  private static final Duration AHEAD = Duration.ofSeconds(60);

  private final List<Witness> witnesses;
  private final DataSource dataSource;
  private final List<VerifierKey> logKeys;
  private final Semaphore stop = new Semaphore(0);
  private final List<Thread> threads = new ArrayList<>();
  private final Map<String, Instant> ahead = new ConcurrentHashMap<>();
  private volatile boolean running = true;

  /**
   * Those who are asked; {@link #start()} begins.
   *
   * @param logKeys the keys of the log that they witness
   */
  public Witnesses(List<Witness> witnesses, DataSource dataSource, List<VerifierKey> logKeys) {
    this.witnesses = List.copyOf(witnesses);
    this.dataSource = dataSource;
    this.logKeys = List.copyOf(logKeys);
  }

  /** Begins to ask. Nobody would end a notice about a witness that is not asked any more. */
  public Witnesses start() {
    try {
      List<String> names = witnesses.stream().map(witness -> witness.key().name()).toList();
      Notices.endOthers(dataSource, LogNotice.WITNESS_CONTRADICTS, names);
      Notices.endOthers(dataSource, LogNotice.TWO_HISTORIES, names);
    } catch (SQLException e) {
      LOG.warnf("notices about former witnesses could not be ended: %s", e.getSQLState());
    }
    for (Witness witness : witnesses) {
      threads.add(
          Thread.ofPlatform()
              .name("witness-" + witness.key().name())
              .daemon()
              .start(() -> ask(witness)));
    }
    return this;
  }

  @Override
  public void close() {
    running = false;
    stop.release(threads.size());
    try {
      for (Thread thread : threads) {
        thread.join(PATIENCE.plusSeconds(1));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The keys with which cosignatures are checked. */
  public List<VerifierKey> keys() {
    return witnesses.stream().map(Witness::key).toList();
  }

  /**
   * How many stand behind a checkpoint.
   *
   * @param size of the newest checkpoint
   * @param cosigned witnesses that have cosigned it
   * @param of witnesses that are asked
   * @param each what every one of them answered last
   * @param checkpoint the newest checkpoint behind which as many stand as behind none before it of
   *     the last hundred that were cosigned, as a note
   */
  public record Behind(
      long size, int cosigned, int of, List<One> each, Optional<String> checkpoint) {}

  /**
   * A witness.
   *
   * @param key as verifiers take it
   * @param size of the largest checkpoint that it has cosigned
   * @param standing COSIGNED, UNREACHABLE, REFUSED, CONTRADICTS or NOT_ASKED
   */
  public record One(
      String name,
      String key,
      long size,
      String standing,
      String detail,
      Optional<Instant> askedAt) {}

  /** Who stands behind the log now. */
  public Behind behind(Connection tx) throws SQLException {
    List<One> each = new ArrayList<>();
    for (Witness witness : witnesses) {
      String name = witness.key().name();
      Optional<Cosignatures.Answer> answer = Cosignatures.answer(tx, name);
      each.add(
          new One(
              name,
              witness.key().format(),
              Cosignatures.last(tx, name),
              answer.map(given -> given.standing().name()).orElse("NOT_ASKED"),
              answer.map(Cosignatures.Answer::detail).orElse(""),
              answer.map(Cosignatures.Answer::askedAt)));
    }
    Optional<SignedNote> newest = Checkpoints.newest(tx);
    int cosigned = newest.map(note -> note.signers(keys()).signed().size()).orElse(0);
    return new Behind(
        newest.map(note -> Checkpoint.parse(note.text()).size()).orElse(0L),
        cosigned,
        witnesses.size(),
        each,
        mostCosigned(tx));
  }

  private static Optional<String> mostCosigned(Connection tx) throws SQLException {
    try (Statement select = tx.createStatement();
        ResultSet row =
            select.executeQuery(
                """
                SELECT c.size, c.note
                FROM (SELECT size, count(*) AS witnesses FROM log_cosignature
                      GROUP BY size ORDER BY size DESC LIMIT 100) w
                JOIN log_checkpoint c USING (size)
                ORDER BY w.witnesses DESC, size DESC LIMIT 1
                """)) {
      return row.next()
          ? Optional.of(
              SignedNote.parse(row.getString(2)).with(Cosignatures.of(tx, row.getLong(1))).format())
          : Optional.empty();
    }
  }

  private void ask(Witness witness) {
    long asked = -1;
    Duration rest = Duration.ZERO;
    try (HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build()) {
      while (running && !stop.tryAcquire(rest.toMillis(), TimeUnit.MILLISECONDS)) {
        try {
          long size = newestSize();
          boolean cosigned = size <= asked || submit(client, witness);
          asked = cosigned ? Math.max(asked, size) : -1;
          rest = cosigned ? PAUSE : AFTER_FAILURE;
        } catch (SQLException | RuntimeException e) {
          LOG.debugf(e, "witness %s cannot be asked now", witness.key().name());
          rest = AFTER_FAILURE;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private long newestSize() throws SQLException {
    return Transactions.run(
        dataSource,
        tx -> {
          try (Statement select = tx.createStatement();
              ResultSet row =
                  select.executeQuery("SELECT coalesce(max(size), 0) FROM log_checkpoint")) {
            row.next();
            return row.getLong(1);
          }
        });
  }

  /** A request: the checkpoint that it is about, and the size where the witness should stand. */
  private record Asked(SignedNote note, Checkpoint checkpoint, long from, String body) {}

  private Optional<Asked> asked(long old) throws SQLException {
    return Transactions.run(
        dataSource,
        tx -> {
          Optional<SignedNote> newest = Checkpoints.newestAsSigned(tx);
          if (newest.isEmpty()) {
            return Optional.empty();
          }
          Checkpoint checkpoint = Checkpoint.parse(newest.get().text());
          long from = Math.min(old, checkpoint.size());
          String proof =
              ConsistencyProof.of(from, checkpoint.size(), new StoredTree(tx).of(checkpoint.size()))
                  .path()
                  .stream()
                  .map(Hash::base64)
                  .collect(Collectors.joining("\n", "", "\n"));
          return Optional.of(
              new Asked(
                  newest.get(),
                  checkpoint,
                  from,
                  "old "
                      + from
                      + "\n"
                      + (proof.isBlank() ? "" : proof)
                      + "\n"
                      + newest.get().format()));
        });
  }

  /** Whether the newest checkpoint was cosigned. */
  boolean submit(HttpClient client, Witness witness) throws SQLException, InterruptedException {
    String name = witness.key().name();
    long old = Transactions.run(dataSource, tx -> Cosignatures.last(tx, name));
    // Once more where the witness says that it stands elsewhere than was thought.
    for (int attempt = 0; attempt < 2; attempt++) {
      Optional<Asked> asked = asked(old);
      if (asked.isEmpty()) {
        return true;
      }
      HttpResponse<String> answer;
      try {
        answer = send(client, witness, asked.get().body());
      } catch (IOException e) {
        Cosignatures.note(dataSource, name, Standing.UNREACHABLE, e.getClass().getSimpleName());
        return false;
      }
      switch (answer.statusCode()) {
        case 200 -> {
          return cosigned(witness, asked.get(), answer.body());
        }
        case 409 -> {
          Optional<Long> stands = size(answer.body());
          if (stands.isEmpty()) {
            Cosignatures.note(dataSource, name, Standing.UNREACHABLE, "409 without a size");
            return false;
          }
          long size = asked.get().checkpoint().size();
          // It compares roots only where it stands at the size that it is asked from.
          if (stands.get() > size || (stands.get() == size && asked.get().from() == size)) {
            beyond(name, stands.get(), size);
            return false;
          }
          old = stands.get();
        }
        case 422 -> {
          Optional<Checkpoint> other = otherHistory(asked.get(), answer.body());
          if (other.isPresent()) {
            Cosignatures.note(dataSource, name, Standing.CONTRADICTS, differs(other.get()));
            Notices.raise(dataSource, LogNotice.TWO_HISTORIES, name, differs(other.get()));
          } else {
            contradicts(name, "it does not go on from the checkpoint of " + old + " entries");
          }
          return false;
        }
        default -> {
          Cosignatures.note(dataSource, name, Standing.REFUSED, "status " + answer.statusCode());
          return false;
        }
      }
    }
    return false;
  }

  /** Its whole answer in good time, and no longer than one is: nobody who is asked is trusted. */
  private static HttpResponse<String> send(HttpClient client, Witness witness, String body)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<String>> answer =
        client.sendAsync(
            HttpRequest.newBuilder(witness.address().resolve("add-checkpoint"))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.limiting(
                HttpResponse.BodyHandlers.ofString(), LONGEST_ANSWER));
    try {
      return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new HttpTimeoutException("no whole answer in " + PATIENCE);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException failed ? failed : new IOException(e.getCause());
    } finally {
      answer.cancel(true);
    }
  }

  /**
   * The checkpoint that a witness has shown, when this log's own key has signed it and this log
   * does not go on from it. All else that a witness says it could have made up.
   */
  private Optional<Checkpoint> otherHistory(Asked asked, String body) throws SQLException {
    Checkpoint shown;
    try {
      SignedNote note = SignedNote.parse(body);
      if (!note.signers(logKeys).holds()) {
        return Optional.empty();
      }
      shown = Checkpoint.parse(note.text());
    } catch (Malformed e) {
      return Optional.empty();
    }
    if (!shown.origin().equals(asked.checkpoint().origin())
        || shown.size() > asked.checkpoint().size()) {
      return Optional.empty();
    }
    Hash root = Transactions.run(dataSource, tx -> new StoredTree(tx).of(shown.size()).root());
    return root.equals(shown.root()) ? Optional.empty() : Optional.of(shown);
  }

  private static String differs(Checkpoint shown) {
    return "it holds a signed checkpoint of %d entries with the root %s"
        .formatted(shown.size(), shown.root().base64());
  }

  private static Optional<Long> size(String body) {
    return body.strip().matches("0|[1-9][0-9]{0,17}")
        ? Optional.of(Long.parseLong(body.strip()))
        : Optional.empty();
  }

  private boolean cosigned(Witness witness, Asked asked, String body) throws SQLException {
    String name = witness.key().name();
    try {
      NoteSignature signature = NoteSignature.parse(body.strip());
      if (asked.note().with(List.of(signature)).signers(List.of(witness.key())).holds()) {
        Cosignatures.keep(dataSource, asked.checkpoint().size(), signature);
        Cosignatures.note(dataSource, name, Standing.COSIGNED, "");
        ahead.remove(name);
        Notices.end(dataSource, LogNotice.WITNESS_CONTRADICTS, name);
        Notices.end(dataSource, LogNotice.TWO_HISTORIES, name);
        return true;
      }
    } catch (Malformed e) {
      // No signature at all is one that does not hold.
    }
    Cosignatures.note(dataSource, name, Standing.UNREACHABLE, "its signature does not hold");
    return false;
  }

  private void beyond(String name, long stands, long size) throws SQLException {
    Instant since = ahead.computeIfAbsent(name, _ -> Clock.systemUTC().instant());
    String detail = "it has cosigned %d entries, and this log has %d".formatted(stands, size);
    if (stands == size) {
      contradicts(name, "it has cosigned another tree of %d entries".formatted(size));
    } else if (since.plus(AHEAD).isBefore(Clock.systemUTC().instant())) {
      contradicts(name, detail);
    } else {
      Cosignatures.note(dataSource, name, Standing.REFUSED, detail);
    }
  }

  private void contradicts(String name, String detail) throws SQLException {
    Cosignatures.note(dataSource, name, Standing.CONTRADICTS, detail);
    Notices.raise(dataSource, LogNotice.WITNESS_CONTRADICTS, name, detail);
  }
}
