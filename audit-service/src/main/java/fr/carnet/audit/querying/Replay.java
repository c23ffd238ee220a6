package fr.carnet.audit.querying;

import com.fasterxml.jackson.databind.JsonNode;
import fr.carnet.audit.replaying.Replayed;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.access.AccessFacts;
import fr.carnet.events.dossier.DossierFacts;
import fr.carnet.eventstore.Transactions;
import java.io.IOException;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import javax.sql.DataSource;

/**
 * A replay as lines of JSON: {@code event} in the order of the log, {@code state} for each dossier,
 * {@code progress} now and then between either, and {@code end}. It holds one dossier at a time,
 * however many there are, and no connection while it writes; what is written leaves at once.
 */
final class Replay {
  private static final int PAGE = 500;
  private static final int STATES = 10;
  private static final List<String> OF_STATE =
      List.of(
          Topic.DOSSIER_EVENTS.wireName(),
          Topic.ACCESS_EVENTS.wireName(),
          Topic.CARE_REIMBURSEMENTS.wireName());

  /**
   * What is replayed.
   *
   * @param below index up to which, exclusive
   * @param upTo time up to which, inclusive
   */
  record Scope(Optional<UUID> dossier, Optional<String> actor, long below, Optional<Instant> upTo) {
    Search events() {
      return search(dossier, actor, List.of());
    }

    Search ofState(UUID of) {
      return search(Optional.of(of), Optional.empty(), OF_STATE);
    }

    private Search search(Optional<UUID> of, Optional<String> by, List<String> topics) {
      return new Search(
          of,
          by,
          Optional.empty(),
          Optional.empty(),
          // Times are kept to the microsecond.
          upTo.map(time -> time.plus(1, ChronoUnit.MICROS)),
          topics,
          Search.OfTrace.ANY,
          Optional.of(below));
    }
  }

  /**
   * The state that the services hold now.
   *
   * @param dossier absent where the service does not answer
   */
  record Live(Optional<DossierFacts> dossier, Optional<AccessFacts> access) {}

  /** Something that is not the same in both. */
  record Difference(String at, Optional<JsonNode> replayed, Optional<JsonNode> live) {}

  /** Lines. */
  private record EventLine(Fact event) {}

  /** How far the events are told: how many, and up to which index. */
  private record EventProgress(long events, long index, long below) {}

  private record EventProgressLine(EventProgress progress) {}

  /** How far the dossiers are gone through, in the order of their ids: how many of how many. */
  private record DossierProgress(long dossiers, long of) {}

  private record DossierProgressLine(DossierProgress progress) {}

  private record DossierState(
      UUID dossierId, Replayed.State replayed, Live live, List<Difference> differs) {}

  private record StateLine(DossierState state) {}

  private record End(long events, long dossiers, long below) {}

  private record EndLine(End end) {}

  private final DataSource dataSource;
  private final Function<UUID, Live> live;

  Replay(DataSource dataSource, Function<UUID, Live> live) {
    this.dataSource = dataSource;
    this.live = live;
  }

  void write(Scope scope, OutputStream out) throws IOException {
    long events = events(scope, out);
    long dossiers = 0;
    long gone = 0;
    long all = dossiers(scope);
    for (Optional<UUID> next = dossier(scope, Optional.empty());
        next.isPresent();
        next = dossier(scope, next)) {
      Optional<Replayed.State> state = state(scope, next.get());
      if (state.isPresent()) {
        Live now = live.apply(next.get());
        line(
            out,
            new StateLine(
                new DossierState(next.get(), state.get(), now, differs(state.get(), now))));
        dossiers++;
      }
      gone++;
      if (gone % STATES == 0) {
        line(out, new DossierProgressLine(new DossierProgress(gone, all)));
      }
      out.flush();
    }
    line(out, new EndLine(new End(events, dossiers, scope.below())));
    out.flush();
  }

  private long events(Scope scope, OutputStream out) throws IOException {
    long events = 0;
    long at = -1;
    Part<Found> found;
    do {
      found = find(scope.events(), new Paging(at, PAGE));
      for (Found each : found.entries()) {
        line(out, new EventLine(each.fact()));
        at = each.index();
        events++;
      }
      if (!found.isEmpty()) {
        line(out, new EventProgressLine(new EventProgress(events, at, scope.below())));
        out.flush();
      }
    } while (found.more());
    return events;
  }

  /** What the events of a dossier yield; nothing where there is none. */
  private Optional<Replayed.State> state(Scope scope, UUID dossier) throws IOException {
    Replayed replayed = new Replayed();
    long at = -1;
    Part<Found> found;
    do {
      found = find(scope.ofState(dossier), new Paging(at, PAGE));
      for (Found each : found.entries()) {
        event(each).ifPresent(replayed::apply);
        at = each.index();
      }
    } while (found.more());
    return at < 0 ? Optional.empty() : Optional.of(replayed.state());
  }

  private static Optional<Replayed.Event> event(Found found) {
    return found
        .readable()
        .type()
        .flatMap(
            type ->
                found
                    .readable()
                    .time()
                    .map(
                        time ->
                            new Replayed.Event(
                                found.index(),
                                Topic.named(found.topic()),
                                type,
                                found.readable().streamVersion(),
                                time,
                                found.value().orElse(new byte[0]))));
  }

  private Part<Found> find(Search search, Paging paging) throws IOException {
    try {
      return Transactions.run(dataSource, tx -> LogSearch.find(tx, search, paging));
    } catch (SQLException e) {
      throw new IOException("the log cannot be read", e);
    }
  }

  /** The next dossier in scope: one, those that somebody touched, or all. */
  private Optional<UUID> dossier(Scope scope, Optional<UUID> after) throws IOException {
    if (scope.dossier().isPresent()) {
      return after.isPresent() ? Optional.empty() : scope.dossier();
    }
    try {
      return Transactions.run(dataSource, tx -> dossier(tx, scope, after));
    } catch (SQLException e) {
      throw new IOException("the log cannot be read", e);
    }
  }

  private long dossiers(Scope scope) throws IOException {
    if (scope.dossier().isPresent()) {
      return 1;
    }
    try {
      return Transactions.run(dataSource, tx -> dossiers(tx, scope));
    } catch (SQLException e) {
      throw new IOException("the log cannot be read", e);
    }
  }

  private static long dossiers(Connection tx, Scope scope) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT count(DISTINCT dossier_id) FROM log_facts
            WHERE index < ? AND (?::text IS NULL OR actor = ?)
            """)) {
      select.setLong(1, scope.below());
      select.setString(2, scope.actor().orElse(null));
      select.setString(3, scope.actor().orElse(null));
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  private static Optional<UUID> dossier(Connection tx, Scope scope, Optional<UUID> after)
      throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT dossier_id FROM log_facts
            WHERE dossier_id > ? AND index < ? AND (?::text IS NULL OR actor = ?)
            ORDER BY dossier_id LIMIT 1
            """)) {
      select.setObject(1, after.orElse(new UUID(0, 0)));
      select.setLong(2, scope.below());
      select.setString(3, scope.actor().orElse(null));
      select.setString(4, scope.actor().orElse(null));
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? Optional.of(row.getObject(1, UUID.class)) : Optional.empty();
      }
    }
  }

  private static List<Difference> differs(Replayed.State replayed, Live live) {
    List<Difference> differs = new ArrayList<>();
    live.dossier()
        .ifPresent(now -> compare("dossier", tree(replayed.dossier()), tree(now), differs));
    live.access().ifPresent(now -> compare("access", tree(replayed.access()), tree(now), differs));
    return differs;
  }

  private static Optional<JsonNode> tree(Object facts) {
    return Optional.of(Wire.JSON.valueToTree(facts));
  }

  private static void compare(
      String at, Optional<JsonNode> replayed, Optional<JsonNode> live, List<Difference> differs) {
    if (replayed.equals(live)) {
      return;
    }
    if (!replayed.map(JsonNode::isObject).orElse(false)
        || !live.map(JsonNode::isObject).orElse(false)) {
      differs.add(new Difference(at, replayed, live));
      return;
    }
    TreeSet<String> names = new TreeSet<>();
    for (Iterator<String> name = replayed.get().fieldNames(); name.hasNext(); ) {
      names.add(name.next());
    }
    for (Iterator<String> name = live.get().fieldNames(); name.hasNext(); ) {
      names.add(name.next());
    }
    for (String name : names) {
      compare(
          at + "." + name,
          Optional.ofNullable(replayed.get().get(name)),
          Optional.ofNullable(live.get().get(name)),
          differs);
    }
  }

  private static void line(OutputStream out, Object line) throws IOException {
    out.write(Wire.write(line));
    out.write('\n');
  }
}
