package fr.carnet.audit.querying;

import com.fasterxml.jackson.annotation.JsonInclude;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.access.AccessEvent;
import fr.carnet.events.access.AccessGranted;
import fr.carnet.events.access.EmergencyWishRecorded;
import fr.carnet.events.access.ProfessionalBlocked;
import fr.carnet.events.access.TreatingPhysicianNamed;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.trace.PurposeOfUse;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;

/** What a patient had decided, to say by which of it somebody read or was refused. */
final class OwnDecisions {
  private static final int MOST = 100_000;

  private final List<Decided> decided;

  private OwnDecisions(List<Decided> decided) {
    this.decided = List.copyOf(decided);
  }

  private record Decided(long index, Optional<Instant> time, long version, AccessEvent event) {}

  /**
   * A decision of the patient's.
   *
   * @param index of its entry in the log
   * @param english what it was, and when, in a sentence
   * @param french the same in French
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  record OwnDecision(long index, Optional<Instant> time, String english, String french) {
    Words words() {
      return new Words(english, french);
    }
  }

  /** All that was decided about a dossier and shows, before an index of the log. */
  static OwnDecisions of(Connection tx, UUID dossier, long below, Predicate<Found> shows)
      throws SQLException {
    List<Decided> decided = new ArrayList<>();
    for (Found found :
        LogSearch.find(
            tx,
            Search.of(dossier, List.of(Topic.ACCESS_EVENTS.wireName()), below),
            new Paging(-1, MOST))) {
      if (!shows.test(found)) {
        continue;
      }
      event(found)
          .ifPresent(
              event ->
                  decided.add(
                      new Decided(
                          found.index(),
                          found.readable().time(),
                          found.readable().streamVersion().orElse(0L),
                          event)));
    }
    return new OwnDecisions(decided);
  }

  private static Optional<AccessEvent> event(Found found) {
    try {
      return found
          .readable()
          .type()
          .flatMap(type -> found.value().map(value -> AccessEvent.read(type, value)));
    } catch (Wire.UnreadableFact e) {
      return Optional.empty();
    }
  }

  /** The decision on which this look, or this refusal, rests; none where nothing was decided. */
  Optional<OwnDecision> behind(ClearFacts.Read read) {
    if (read.grantId().isPresent()) {
      UUID grant = read.grantId().get();
      return last(
          read,
          event ->
              event instanceof AccessGranted granted && granted.grantId().equals(grant)
                  ? Optional.of(words(granted))
                  : Optional.empty());
    }
    Optional<NationalId> who = read.actor().id().flatMap(NationalId::parse);
    return switch (read.rule()) {
      case "TREATING_PHYSICIAN" ->
          last(
              read,
              event ->
                  event instanceof TreatingPhysicianNamed named
                          && who.equals(Optional.of(named.professional()))
                      ? Optional.of(words(named))
                      : Optional.empty());
      case "NO_STANDING" ->
          last(
              read,
              event ->
                  event instanceof ProfessionalBlocked blocked
                          && who.equals(Optional.of(blocked.professional()))
                      ? Optional.of(words(blocked))
                      : Optional.empty());
      case "BREAK_GLASS", "MEDICAL_REGULATION" ->
          last(
              read,
              event ->
                  event instanceof EmergencyWishRecorded wish && isOf(wish, read)
                      ? Optional.of(words(wish))
                      : Optional.empty());
      default -> Optional.empty();
    };
  }

  private static boolean isOf(EmergencyWishRecorded recorded, ClearFacts.Read read) {
    return switch (recorded.wish()) {
      case BREAK_GLASS -> read.purpose() == PurposeOfUse.BREAK_GLASS;
      case MEDICAL_REGULATION -> read.purpose() == PurposeOfUse.MEDICAL_REGULATION;
    };
  }

  /** The last such decision that had been made when it was looked at. */
  private Optional<OwnDecision> last(
      ClearFacts.Read read, Function<AccessEvent, Optional<Words>> such) {
    long version = read.accessVersion().orElse(Long.MAX_VALUE);
    return decided.reversed().stream()
        .filter(each -> each.version() <= version)
        .flatMap(each -> such.apply(each.event()).map(words -> told(each, words)).stream())
        .findFirst();
  }

  private static OwnDecision told(Decided decided, Words what) {
    Words when =
        decided
            .time()
            .map(Words::at)
            .map(at -> new Words(" (" + at.english() + ")", " (" + at.french() + ")"))
            .orElse(new Words("", ""));
    Words told = what.and(when);
    return new OwnDecision(decided.index(), decided.time(), told.english(), told.french());
  }

  private static Words words(AccessGranted granted) {
    Words what =
        switch (granted.grantee().kind()) {
          case PROFESSIONAL ->
              new Words(
                  "you gave access to professional " + granted.grantee().id(),
                  "vous avez autorisé le professionnel " + granted.grantee().id());
          case STRUCTURE ->
              new Words(
                  "you gave access to structure " + granted.grantee().id(),
                  "vous avez autorisé la structure " + granted.grantee().id());
        };
    return granted
        .until()
        .map(Words::at)
        .map(until -> new Words(" until " + until.english(), " jusqu'au " + until.french()))
        .map(what::and)
        .orElse(what);
  }

  private static Words words(TreatingPhysicianNamed named) {
    return new Words(
        "you named " + named.professional() + " médecin traitant",
        "vous avez désigné " + named.professional() + " médecin traitant");
  }

  private static Words words(ProfessionalBlocked blocked) {
    return new Words(
        "you blocked professional " + blocked.professional(),
        "vous avez bloqué le professionnel " + blocked.professional());
  }

  private static Words words(EmergencyWishRecorded wish) {
    return wish.opposed()
        ? new Words("you opposed access in such a case", "vous vous êtes opposé à un tel accès")
        : new Words(
            "you did not oppose access in such a case",
            "vous ne vous êtes pas opposé à un tel accès");
  }
}
