package fr.carnet.dossier.deciding;

import fr.carnet.events.Paris;
import fr.carnet.events.dossier.EndOfRepresentation.Cause;
import fr.carnet.events.dossier.Representative;
import fr.carnet.events.identity.PatientRef;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Somebody for whom others may act, and who does.
 *
 * @param patientRefs the person's own
 * @param birthDate where it is known
 */
public record Represented(
    Set<PatientRef> patientRefs, Optional<LocalDate> birthDate, List<Known> representations) {
  private static final int PARENTS = 2;

  public Represented {
    patientRefs = Set.copyOf(patientRefs);
    representations = List.copyOf(representations);
  }

  /**
   * A representation that was recorded.
   *
   * @param until exclusive
   * @param ended why it ended before, if it did
   */
  public record Known(
      PatientRef by, Representative.Kind kind, Optional<Instant> until, Optional<Cause> ended) {
    boolean isLiveAt(Instant instant) {
      return ended.isEmpty() && until.map(instant::isBefore).orElse(true);
    }
  }

  /**
   * What is asked for.
   *
   * @param until exclusive; absent: for as long as it lasts
   */
  public record Wanted(PatientRef by, Representative.Kind kind, Optional<Instant> until) {}

  /** When it ends by itself: for minors at majority, 00:00 Europe/Paris. */
  public Optional<Instant> end(Wanted wanted) {
    return wanted.kind().isForMinors() ? majority() : wanted.until();
  }

  private Optional<Instant> majority() {
    return birthDate.map(born -> Applicant.majority(born).atStartOfDay(Paris.ZONE).toInstant());
  }

  /** Why it cannot be, if so. */
  public Optional<DossierRefusal> fault(Wanted wanted, Instant at) {
    // Of unknown age: an adult. Whose INS leaves it open was asked for the birth date on opening.
    boolean minor = majority().filter(at::isBefore).isPresent();
    if (wanted.kind().isForMinors() != minor || patientRefs.contains(wanted.by())) {
      return Optional.of(DossierRefusal.REPRESENTATION_KIND_INVALID);
    }
    if (hasWrongEnd(wanted, at)) {
      return Optional.of(DossierRefusal.REPRESENTATION_END_INVALID);
    }
    if (representations.stream()
        .anyMatch(
            known ->
                known.by().equals(wanted.by())
                    && known.ended().equals(Optional.of(Cause.EXCLUDED)))) {
      return Optional.of(DossierRefusal.REPRESENTATIVE_EXCLUDED);
    }
    List<Known> live = representations.stream().filter(known -> known.isLiveAt(at)).toList();
    boolean twoParents =
        wanted.kind() == Representative.Kind.PARENT
            && live.stream().filter(known -> known.kind() == Representative.Kind.PARENT).count()
                >= PARENTS;
    return twoParents || live.stream().anyMatch(known -> known.by().equals(wanted.by()))
        ? Optional.of(DossierRefusal.REPRESENTED_ALREADY)
        : Optional.empty();
  }

  private static boolean hasWrongEnd(Wanted wanted, Instant at) {
    Instant aYearOn = at.atZone(Paris.ZONE).plusYears(1).toInstant();
    Instant aLifeOn = at.atZone(Paris.ZONE).plusYears(ItemRules.YEARS_AHEAD).toInstant();
    return switch (wanted.kind()) {
      case PARENT, GUARDIAN_OF_MINOR -> wanted.until().isPresent();
      case GUARDIAN_OF_ADULT ->
          wanted.until().filter(end -> !end.isAfter(at) || end.isAfter(aLifeOn)).isPresent();
      case PERSON_OF_TRUST ->
          wanted.until().filter(end -> end.isAfter(at) && !end.isAfter(aYearOn)).isEmpty();
    };
  }
}
