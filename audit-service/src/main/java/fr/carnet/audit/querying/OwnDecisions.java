package fr.carnet.audit.querying;

import com.fasterxml.jackson.annotation.JsonInclude;
import fr.carnet.audit.sequencing.ReadableHeaders;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.access.AccessEvent;
import fr.carnet.events.access.AccessGranted;
import fr.carnet.events.access.EmergencyWishRecorded;
import fr.carnet.events.access.ProfessionalBlocked;
import fr.carnet.events.access.ProfessionalUnblocked;
import fr.carnet.events.access.TreatingPhysicianEnded;
import fr.carnet.events.access.TreatingPhysicianNamed;
import fr.carnet.events.access.TreatingPhysicianNamed.Title;
import fr.carnet.events.access.TreatingPhysicianProposed;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.trace.Actor;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What a patient, or who acts for them, had decided, to say by which of it somebody read or was
 * refused: the last of it that nobody had taken back.
 */
final class OwnDecisions {
  private static final int AT_ONCE = 500;
  private static final Words YOU = new Words("you ", "vous avez ");

  private final List<Decided> decided;
  private final Function<Optional<UUID>, Words> by;

  /**
   * These, in the order in which they were decided.
   *
   * @param by who decided, by the representation or without one, as whoever reads it is told; in
   *     French with the auxiliary
   */
  OwnDecisions(List<Decided> decided, Function<Optional<UUID>, Words> by) {
    this.decided = List.copyOf(decided);
    this.by = by;
  }

  /** An event of the dossier's access stream. */
  record Decided(long index, Optional<Instant> time, long version, AccessEvent event) {}

  /** Something that was decided, in words without who did. */
  private record Said(Decided decided, Words what) {}

  /**
   * A decision of the patient's, or of who acts for them.
   *
   * @param index of its entry in the log
   * @param english who decided what, and when, in a sentence
   * @param french the same in French
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  record OwnDecision(long index, Optional<Instant> time, String english, String french) {
    Words words() {
      return new Words(english, french);
    }
  }

  /** To the patient. */
  static Words toPatient(Optional<UUID> representationId) {
    return representationId.isPresent()
        ? new Words("somebody who acts for you ", "une personne qui vous représente a ")
        : YOU;
  }

  /** To who acts for the patient, and reads of what they and others did who do. */
  static Function<Optional<UUID>, Words> toRepresentative(Actor reader) {
    return representationId ->
        representationId
                .map(UUID::toString)
                .filter(id -> !reader.id().equals(Optional.of(id)))
                .isPresent()
            ? new Words(
                "somebody else who acts for the patient ",
                "une autre personne qui représente le patient a ")
            : YOU;
  }

  /** To whoever looks into a complaint. */
  static Words toOthers(Optional<UUID> representationId) {
    return representationId.isPresent()
        ? new Words(
            "somebody who acts for the patient ", "une personne qui représente le patient a ")
        : new Words("the patient ", "le patient a ");
  }

  /** All that was decided about a dossier and shows, before an index of the log. */
  static OwnDecisions of(
      Connection tx,
      UUID dossier,
      long below,
      Predicate<Found> shows,
      Function<Optional<UUID>, Words> by)
      throws SQLException {
    List<Decided> decided = new ArrayList<>();
    Search search = Search.of(dossier, List.of(Topic.ACCESS_EVENTS.wireName()), below);
    long after = -1;
    Part<Found> part;
    do {
      part = LogSearch.find(tx, search, new Paging(after, AT_ONCE), shows);
      for (Found found : part.entries()) {
        event(found).ifPresent(event -> decided.add(decided(found, event)));
        after = found.index();
      }
    } while (part.more());
    return new OwnDecisions(decided, by);
  }

  private static Decided decided(Found found, AccessEvent event) {
    ReadableHeaders readable = found.readable();
    return new Decided(found.index(), readable.time(), readable.streamVersion().orElse(0L), event);
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
    long version = read.accessVersion().orElse(Long.MAX_VALUE);
    List<Decided> then = decided.stream().filter(each -> each.version() <= version).toList();
    Optional<NationalId> who = read.actor().id().flatMap(NationalId::parse);
    Optional<Said> said =
        TraceOrder.isRefusal(read)
            // A block is looked at before what is wanted in an emergency.
            ? Optional.of(read.rule())
                .filter("NO_STANDING"::equals)
                .flatMap(_ -> who.flatMap(each -> block(then, each)).or(() -> wish(then, read)))
            : switch (read.rule()) {
              case "GRANT" -> read.grantId().flatMap(grant -> grant(then, grant));
              case "TREATING_PHYSICIAN" -> who.flatMap(each -> treating(then, each));
              case "BREAK_GLASS", "MEDICAL_REGULATION" -> wish(then, read);
              default -> Optional.empty();
            };
    return said.map(this::told);
  }

  private static Optional<Said> grant(List<Decided> then, UUID grant) {
    return then.reversed().stream()
        .flatMap(
            each ->
                each.event() instanceof AccessGranted granted && granted.grantId().equals(grant)
                    ? Optional.of(new Said(each, words(granted))).stream()
                    : Stream.empty())
        .findFirst();
  }

  private static Optional<Said> block(List<Decided> then, NationalId who) {
    List<Said> blocks = new ArrayList<>();
    for (Decided each : then) {
      if (each.event() instanceof ProfessionalBlocked blocked
          && blocked.professional().equals(who)) {
        blocks.add(
            new Said(
                each, new Words("blocked professional " + who, "bloqué le professionnel " + who)));
      }
      if (each.event() instanceof ProfessionalUnblocked lifted
          && lifted.professional().equals(who)) {
        takeBack(blocks, lifted);
      }
    }
    return last(blocks);
  }

  /**
   * By which a doctor sees everything. A médecin traitant was asked by somebody, and that is the
   * decision: the doctor who accepted decided nothing for the patient.
   */
  private static Optional<Said> treating(List<Decided> then, NationalId who) {
    List<Said> asked = new ArrayList<>();
    List<Said> given = new ArrayList<>();
    Words naming =
        new Words("named " + who + " médecin traitant", "désigné " + who + " médecin traitant");
    for (Decided each : then) {
      if (each.event() instanceof TreatingPhysicianProposed proposed
          && proposed.professional().equals(who)) {
        asked.add(new Said(each, naming));
      }
      if (each.event() instanceof TreatingPhysicianNamed named
          && named.professional().equals(who)) {
        switch (named.title().orElse(Title.MEDECIN_TRAITANT)) {
          case MEDECIN_TRAITANT -> {
            given.addAll(asked.isEmpty() ? List.of(new Said(each, naming)) : asked);
            asked.clear();
          }
          case SAME_RIGHT ->
              given.add(
                  new Said(
                      each,
                      new Words(
                          "gave " + who + " the right of a médecin traitant",
                          "donné à " + who + " le droit d'un médecin traitant")));
        }
      }
      if (each.event() instanceof TreatingPhysicianEnded ended
          && ended.professional().equals(who)) {
        takeBack(asked, ended);
        takeBack(given, ended);
      }
    }
    return last(given);
  }

  /** The last word about such an emergency, whoever said it, where it is why this came out so. */
  private static Optional<Said> wish(List<Decided> then, ClearFacts.Read read) {
    return then.reversed().stream()
        .filter(
            each ->
                each.event() instanceof EmergencyWishRecorded recorded
                    && isOf(recorded.wish(), read))
        .findFirst()
        .filter(
            each ->
                each.event() instanceof EmergencyWishRecorded recorded
                    && recorded.opposed() == TraceOrder.isRefusal(read))
        .map(
            each ->
                new Said(
                    each,
                    TraceOrder.isRefusal(read)
                        ? new Words(
                            "opposed access in such a case", "fait opposition à un tel accès")
                        : new Words("accepted access in such a case", "accepté un tel accès")));
  }

  private static boolean isOf(EmergencyWishRecorded.Wish wish, ClearFacts.Read read) {
    return switch (read.purpose()) {
      case NORMAL -> false;
      case BREAK_GLASS -> wish == EmergencyWishRecorded.Wish.BREAK_GLASS;
      case MEDICAL_REGULATION -> wish == EmergencyWishRecorded.Wish.MEDICAL_REGULATION;
    };
  }

  /**
   * The patient takes back what anybody said; who acts for them, what was said by such (ADR 21).
   */
  private static void takeBack(List<Said> said, AccessEvent event) {
    said.removeIf(
        each ->
            event.representationId().isEmpty()
                || each.decided().event().representationId().isPresent());
  }

  private static Optional<Said> last(List<Said> said) {
    return said.isEmpty() ? Optional.empty() : Optional.of(said.getLast());
  }

  private OwnDecision told(Said said) {
    Decided of = said.decided();
    Words when =
        of.time()
            .map(Words::at)
            .map(at -> new Words(" (" + at.english() + ")", " (" + at.french() + ")"))
            .orElse(new Words("", ""));
    Words told = by.apply(of.event().representationId()).and(said.what()).and(when);
    return new OwnDecision(of.index(), of.time(), told.english(), told.french());
  }

  private static Words words(AccessGranted granted) {
    NationalId id = granted.grantee().id();
    Words what =
        switch (granted.grantee().kind()) {
          case PROFESSIONAL ->
              new Words("gave access to professional " + id, "autorisé le professionnel " + id);
          case STRUCTURE ->
              new Words("gave access to structure " + id, "autorisé la structure " + id);
        };
    return granted
        .until()
        .map(Words::at)
        .map(until -> new Words(" until " + until.english(), " jusqu'au " + until.french()))
        .map(what::and)
        .orElse(what);
  }
}
