package fr.carnet.dossier.querying;

import fr.carnet.dossier.showing.Viewer;
import fr.carnet.dossier.showing.Visibility;
import fr.carnet.events.Sealed;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.access.DecisionRequest;
import fr.carnet.events.access.RefusedCaller;
import fr.carnet.events.content.ItemKind;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.events.identity.UuidV7;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.PurposeOfUse;
import fr.carnet.eventstore.Outbox;
import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.Caller;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Machinery;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.RefusalLimit;
import fr.carnet.sealing.Binding;
import fr.carnet.sealing.DossierKeySet;
import fr.carnet.sealing.SealingSession;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import org.jboss.logging.Logger;

/**
 * The one way in which anything of a dossier is released. The owner by {@code patient_ref};
 * everyone else by a decision, asked anew each time. Rows, life cycle and trace are one
 * transaction, and data leave only after it has committed: what was not traced was not read. A
 * refusal is traced as well; what is asked about dossiers that do not exist is only counted.
 */
@ApplicationScoped
class Reading {
  private static final Logger LOG = Logger.getLogger(Reading.class);

  /** The rule by which the owner reads. */
  static final String OWNER = "OWNER";

  /** The rule by which somebody helps a patient who is present, and reads nothing. */
  private static final String ASSISTANCE = "ASSISTANCE";

  /** The rule by which who wrote something sees it. */
  private static final String AUTHOR = "AUTHOR";

  /** So many ids, of 64 characters at most, stay below what Kafka takes as one record. */
  private static final int ITEMS_A_TRACE = 10_000;

  @Inject DataSource dataSource;
  @Inject CurrentCaller current;
  @Inject Machinery machinery;
  @Inject WhenLogIsNotWhole log;
  @Inject @RestClient AccessControlClient accessControl;
  @Inject RefusalLimit limit;

  /** Towards which what nobody will read is sealed; its other half is thrown away. */
  private final String nobodysKey = DossierKeySet.generate(new UUID(0, 0)).publicKey();

  /**
   * What is asked.
   *
   * @param action stable name of what is read, for the trace
   * @param words a reason in words, for break-glass
   */
  record Asked(UUID dossierId, String action, PurposeOfUse purpose, Optional<String> words) {}

  /** What is released: the answer, and the ids of the items that it shows. */
  record Released<T>(T answer, List<String> itemIds) {}

  /** Reads rows within the transaction of the trace, filtered to what the decision allows. */
  @FunctionalInterface
  interface Query<T> {
    Released<T> in(Connection tx, AccessDecision decision) throws SQLException;
  }

  /**
   * What this service knows of a dossier.
   *
   * @param stopped something of it is parked, so that what would show may be wrong: it fails closed
   * @param representation by which the caller acts for the owner now
   */
  private record Known(
      boolean open,
      boolean owned,
      String publicKey,
      boolean stopped,
      Optional<UUID> representation) {
    /** Whether what was decided elsewhere may be carried out here. */
    boolean lets(AccessDecision decision) {
      // A representation that was ended here is over, whatever the others know of it yet.
      return owned
          || (open
              && !stopped
              && (!decision.rule().equals(AccessDecision.REPRESENTATIVE)
                  || representation.isPresent()));
    }
  }

  <T> T read(Asked asked, Query<T> query) throws SQLException {
    return read(asked, query, this::decide);
  }

  /**
   * The same of what was put into a dossier, and also for an author without standing: who wrote
   * something keeps sight of that and of nothing else. Who wrote nothing is refused as if there
   * were no dossier.
   */
  <T> T readItems(Asked asked, Query<T> query) throws SQLException {
    return read(asked, query, this::decideForAuthors);
  }

  private AccessDecision decideForAuthors(Asked asked, Caller caller) throws SQLException {
    AccessDecision decision = decide(asked, caller);
    return !decision.allowed() && decision.ownItems() && hasWritten(asked.dossierId(), caller)
        ? authorsSight(decision)
        : decision;
  }

  private boolean hasWritten(UUID dossierId, Caller caller) throws SQLException {
    return Transactions.run(
        dataSource,
        tx -> {
          try (PreparedStatement select =
              tx.prepareStatement(
                  """
                  SELECT 1 FROM item WHERE dossier_id = ? AND NOT deleted
                    AND author_role = 'PROFESSIONAL' AND author_id = ? LIMIT 1
                  """)) {
            select.setObject(1, dossierId);
            select.setString(2, caller.actor().id().orElse(""));
            try (ResultSet row = select.executeQuery()) {
              return row.next();
            }
          }
        });
  }

  /**
   * What an author's sight rests on, where the owner may know of none of it yet: a look of an
   * author that names nothing would tell the owner that there is something.
   */
  private static List<String> restsOn(Connection tx, UUID dossierId, Caller caller)
      throws SQLException {
    List<String> hidden = new ArrayList<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            "SELECT i.item_id::text, "
                + new Visibility(Viewer.owner()).keptFrom()
                + " FROM item i WHERE i.dossier_id = ? AND NOT i.deleted"
                + " AND i.author_role = 'PROFESSIONAL' AND i.author_id = ?")) {
      select.setObject(1, dossierId);
      select.setString(2, caller.actor().id().orElse(""));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          if (!row.getBoolean(2)) {
            return List.of();
          }
          hidden.add(row.getString(1));
        }
      }
    }
    return hidden;
  }

  private static AccessDecision authorsSight(AccessDecision decision) {
    return new AccessDecision(
        true,
        AUTHOR,
        Set.of(),
        false,
        Optional.empty(),
        decision.policyVersion(),
        decision.accessVersion(),
        Optional.empty());
  }

  /** Only for the owner; everyone else is refused, whatever the patient allowed them. */
  <T> T readOwn(Asked asked, Query<T> query) throws SQLException {
    return read(asked, query, (_, _) -> noStanding());
  }

  /**
   * For the owner alone: reads what this professional would be shown now, or if the owner granted
   * it. It is the owner who reads, and the trace says so.
   */
  <T> T readAs(Asked asked, Actor professional, boolean asIfGranted, Query<T> query)
      throws SQLException {
    Caller caller = current.get();
    Optional<Known> known =
        Transactions.run(dataSource, tx -> known(tx, asked.dossierId(), caller, false));
    if (!known.map(Known::owned).orElse(false)) {
      throw refuse(asked, caller, noStanding());
    }
    AccessDecision theirs =
        decide(
            new DecisionRequest(
                asked.dossierId(),
                professional,
                Optional.empty(),
                asked.purpose(),
                false,
                false,
                asIfGranted,
                false));
    return readOwn(
        asked,
        (tx, _) ->
            query.in(
                tx,
                known(tx, asked.dossierId(), caller, true)
                    .filter(now -> now.open() && !now.stopped())
                    .map(_ -> theirs)
                    .orElseGet(Reading::noStanding)));
  }

  /** Decides about somebody who is not the owner. */
  @FunctionalInterface
  private interface Deciding {
    AccessDecision of(Asked asked, Caller caller) throws SQLException;
  }

  private <T> T read(Asked asked, Query<T> query, Deciding others) throws SQLException {
    Caller caller = current.get();
    Optional<Known> known =
        Transactions.run(dataSource, tx -> known(tx, asked.dossierId(), caller, false));
    boolean owner = known.map(Known::owned).orElse(false);
    if (!owner) {
      log.refuseOthers();
    }
    AccessDecision decision = owner ? ownersRight() : others.of(asked, caller);
    if (known.isEmpty() || !decision.allowed()) {
      throw refuse(asked, caller, decision);
    }
    Optional<T> answer =
        Transactions.run(
            dataSource,
            tx -> {
              Optional<Known> now = known(tx, asked.dossierId(), caller, true);
              if (now.isEmpty() || !now.get().lets(decision)) {
                return Optional.empty();
              }
              Released<T> released = query.in(tx, decision);
              trace(
                  tx,
                  asked,
                  decision.rule().equals(AccessDecision.REPRESENTATIVE)
                      ? representative(now.get())
                      : actor(caller, owner),
                  AccessTraced.Outcome.RELEASED,
                  decision,
                  released.itemIds().isEmpty() && decision.rule().equals(AUTHOR)
                      ? restsOn(tx, asked.dossierId(), caller)
                      : released.itemIds(),
                  now.get());
              return Optional.of(released.answer());
            });
    machinery.wakeRelay();
    if (answer.isEmpty()) {
      // Closed between the decision and the read: the life cycle of this database has the last
      // word.
      throw refuse(asked, caller, decision);
    }
    return answer.get();
  }

  /** Decides within the transaction of the read, for what was decided elsewhere already. */
  @FunctionalInterface
  interface Decided {
    AccessDecision in(Connection tx) throws SQLException;
  }

  /**
   * Of a closed dossier, for the bearer of a release that was used up for it; whether the log is
   * whole was asked before that.
   */
  <T> T readReleased(Asked asked, Decided decided, Query<T> query) throws SQLException {
    Caller caller = current.get();
    T answer =
        Transactions.run(
            dataSource,
            tx -> {
              Known known =
                  known(tx, asked.dossierId(), caller, true)
                      .filter(now -> !now.open())
                      .orElseThrow(() -> new Refusal(ReadingRefusal.NO_STANDING));
              AccessDecision decision = decided.in(tx);
              Released<T> released = query.in(tx, decision);
              trace(
                  tx,
                  asked,
                  actor(caller, false),
                  AccessTraced.Outcome.RELEASED,
                  decision,
                  released.itemIds(),
                  known);
              return released.answer();
            });
    machinery.wakeRelay();
    return answer;
  }

  /** An agent reads no content, but must know whether there is a dossier to open. */
  <T> T readAtCounter(Asked asked, boolean exists, CounterQuery<T> query) throws SQLException {
    log.refuseOthers();
    Caller caller = current.get();
    Optional<T> answer = exists ? readAndTrace(asked, caller, query) : Optional.empty();
    if (answer.isEmpty()) {
      limit.count(caller, RefusedCaller.Kind.AT_COUNTER);
      throw new Refusal(ReadingRefusal.DOSSIER_NOT_FOUND);
    }
    machinery.wakeRelay();
    return answer.get();
  }

  /** Nothing where the dossier was erased since it was found. */
  private <T> Optional<T> readAndTrace(Asked asked, Caller caller, CounterQuery<T> query)
      throws SQLException {
    return Transactions.run(
        dataSource,
        tx -> {
          Optional<Known> known = known(tx, asked.dossierId(), caller, true);
          if (known.isEmpty()) {
            return Optional.empty();
          }
          Released<T> released = query.in(tx, asked);
          trace(
              tx,
              asked,
              caller.actor(),
              AccessTraced.Outcome.RELEASED,
              atCounter(caller),
              released.itemIds(),
              known.get());
          return Optional.of(released.answer());
        });
  }

  /**
   * Somebody helps the patient who is present: that is traced, and nothing is read. Where there is
   * no dossier it is traced in vain: the answer takes as long.
   */
  void noteAssistance(Asked asked) throws SQLException {
    Caller caller = current.get();
    Transactions.run(
        dataSource,
        tx -> {
          Optional<Known> known = known(tx, asked.dossierId(), caller, true);
          putOrInVain(
              tx,
              entry(
                  tx,
                  asked,
                  caller.actor(),
                  AccessTraced.Outcome.RELEASED,
                  seesNothing(ASSISTANCE),
                  List.of(),
                  known.map(Known::publicKey).orElse(nobodysKey)),
              known.isPresent());
          return true;
        });
    machinery.wakeRelay();
  }

  /** Reads for a counter agent. */
  @FunctionalInterface
  interface CounterQuery<T> {
    Released<T> in(Connection tx, Asked asked) throws SQLException;
  }

  private static AccessDecision atCounter(Caller caller) {
    return seesNothing(caller.actor().role().name());
  }

  private static AccessDecision seesNothing(String rule) {
    return new AccessDecision(
        true, rule, Set.of(), false, Optional.empty(), "", 0, Optional.empty());
  }

  private static AccessDecision noStanding() {
    return new AccessDecision(
        false,
        ReadingRefusal.NO_STANDING.name(),
        Set.of(),
        false,
        Optional.empty(),
        "",
        0,
        Optional.empty());
  }

  /** The owner's own right, also to the archive of a closed dossier. */
  private static AccessDecision ownersRight() {
    return new AccessDecision(
        true, OWNER, ItemKind.CLASSES, true, Optional.empty(), "", 0, Optional.empty());
  }

  AccessDecision decide(Asked asked, Caller caller) throws SQLException {
    return decide(
        new DecisionRequest(
            asked.dossierId(),
            caller.actor(),
            caller.patientRef(),
            asked.purpose(),
            caller.regulation(),
            asked.words().isPresent(),
            false,
            caller.occupational()));
  }

  private AccessDecision decide(DecisionRequest request) {
    try {
      return accessControl.decide(request);
    } catch (RuntimeException e) {
      // Whatever fails: a connection that ends while it is waited for is no ProcessingException.
      LOG.warnf("no decision: %s", e.getClass().getSimpleName());
      throw new Refusal(ReadingRefusal.DECISION_UNAVAILABLE);
    }
  }

  /**
   * Records a refusal and gives what to answer: one and the same, whatever the cause. Where there
   * is no dossier the same is done in vain: a slow disk would tell else.
   */
  Refusal refuse(Asked asked, Caller caller, AccessDecision decision) throws SQLException {
    limit.count(caller, RefusedCaller.Kind.DOSSIER);
    Transactions.run(
        dataSource,
        tx -> {
          Optional<Known> known = known(tx, asked.dossierId(), caller, false);
          putOrInVain(
              tx,
              entry(
                  tx,
                  asked,
                  actor(caller, false),
                  AccessTraced.Outcome.REFUSED,
                  decision,
                  List.of(),
                  known.map(Known::publicKey).orElse(nobodysKey)),
              known.isPresent());
          return true;
        });
    machinery.wakeRelay();
    return new Refusal(ReadingRefusal.NO_STANDING);
  }

  private static void putOrInVain(Connection tx, Outbox.Entry trace, boolean exists)
      throws SQLException {
    if (exists) {
      Outbox.put(tx, List.of(trace));
    } else {
      Outbox.putInVain(tx, List.of(trace));
    }
  }

  /** Which of several it was, and nothing of who that is. */
  private static Actor representative(Known known) {
    return new Actor(
        Actor.Role.REPRESENTATIVE,
        known.representation().map(UUID::toString),
        Optional.empty(),
        Optional.empty());
  }

  /** Records that the caller may not put anything into a dossier. */
  void refuseFeeding(UUID dossierId) throws SQLException {
    Asked asked = new Asked(dossierId, "feed", PurposeOfUse.NORMAL, Optional.empty());
    var _ = refuse(asked, current.get(), noStanding());
  }

  private static Actor actor(Caller caller, boolean owner) {
    return caller.actor().role() == Actor.Role.OWNER && !owner
        ? Actor.anonymous(Actor.Role.OTHER_PATIENT)
        : caller.actor();
  }

  private static Optional<Known> known(
      Connection tx, UUID dossierId, Caller caller, boolean holding) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            // The key row first: an erasure takes it alone before it takes out the dossier's.
            """
            WITH kept AS MATERIALIZED (
              SELECT dossier_id FROM dossier_key
              WHERE dossier_id = ? AND destroyed_at IS NULL%s)
            SELECT state = 'OPEN', public_key,
                   EXISTS (SELECT 1 FROM parked
                           WHERE consumer IN ('care-history', 'dossier-recovery')
                             AND stream_key = d.dossier_id::text AND discarded_at IS NULL),
                   EXISTS (SELECT 1 FROM dossier_patient p
                           WHERE p.dossier_id = d.dossier_id AND p.patient_ref = ?),
                   (SELECT r.representation_id FROM representation r
                    WHERE r.dossier_id = d.dossier_id AND r.patient_ref = ? AND r.ended IS NULL
                      AND r.valid_from <= clock_timestamp()
                      AND (r.valid_until IS NULL OR r.valid_until > clock_timestamp())
                    ORDER BY r.representation_id LIMIT 1)
            FROM kept JOIN dossier d USING (dossier_id)%s
            """
                // A closing waits for the reads under way, and later reads see it.
                .formatted(holding ? " FOR SHARE" : "", holding ? " FOR SHARE OF d" : ""))) {
      select.setObject(1, dossierId);
      select.setString(2, caller.patientRef().map(PatientRef::value).orElse(""));
      select.setString(3, caller.patientRef().map(PatientRef::value).orElse(""));
      try (ResultSet row = select.executeQuery()) {
        return row.next()
            ? Optional.of(
                new Known(
                    row.getBoolean(1),
                    row.getBoolean(4),
                    row.getString(2),
                    row.getBoolean(3),
                    Optional.ofNullable(row.getObject(5, UUID.class))))
            : Optional.empty();
      }
    }
  }

  /** One trace; more than one only of an export that shows more than a record can name. */
  private void trace(
      Connection tx,
      Asked asked,
      Actor actor,
      AccessTraced.Outcome outcome,
      AccessDecision decision,
      List<String> itemIds,
      Known known)
      throws SQLException {
    int named = 0;
    do {
      int to = Math.min(itemIds.size(), named + ITEMS_A_TRACE);
      List<String> these = itemIds.subList(named, to);
      Outbox.put(tx, List.of(entry(tx, asked, actor, outcome, decision, these, known.publicKey())));
      named = to;
    } while (named < itemIds.size());
  }

  private Outbox.Entry entry(
      Connection tx,
      Asked asked,
      Actor actor,
      AccessTraced.Outcome outcome,
      AccessDecision decision,
      List<String> itemIds,
      String publicKey)
      throws SQLException {
    UUID id = UuidV7.next(Clock.systemUTC());
    Optional<Sealed> words =
        asked
            .words()
            .map(
                text ->
                    SealingSession.towards(asked.dossierId(), publicKey)
                        .seal(
                            text.getBytes(StandardCharsets.UTF_8),
                            new Binding(asked.dossierId(), id.toString(), AccessTraced.WIRE_NAME)));
    AccessTraced traced =
        new AccessTraced(
            actor,
            asked.purpose(),
            asked.action(),
            outcome,
            decision.rule(),
            decision.grantId(),
            Optional.of(decision.policyVersion()).filter(version -> !version.isEmpty()),
            Optional.of(decision.accessVersion()),
            itemIds,
            words,
            outcome == AccessTraced.Outcome.RELEASED
                ? CareRelation.stated(tx, asked.dossierId(), actor, decision)
                : Optional.empty(),
            ShownInSecret.stated(tx, asked.dossierId(), actor, itemIds));
    return Outbox.Entry.ofTrace(id, Optional.of(asked.dossierId()), traced, current.correlation());
  }
}
