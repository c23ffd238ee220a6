package fr.carnet.dossier.showing;

import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.trace.Actor;
import java.util.Optional;
import java.util.Set;

/**
 * Who looks, as far as it matters for what shows.
 *
 * @param professional national id of a professional: the author of an item keeps sight of it
 * @param classes class codes of which a professional may see every type; the owner and the owner's
 *     representatives see every class
 * @param types codes of the types that a professional may see
 * @param maskedToo whether a professional sees what is masked
 */
public record Viewer(
    Kind kind,
    Optional<String> professional,
    Set<String> classes,
    Set<String> types,
    boolean maskedToo) {
  public Viewer {
    classes = Set.copyOf(classes);
    types = Set.copyOf(types);
  }

  /** What somebody is to the dossier. */
  public enum Kind {
    OWNER,
    /** Who legally acts for the owner. */
    REPRESENTATIVE,
    PROFESSIONAL,
    /**
     * A professional whose sight the owner looks through: what is not yet shown to the owner does
     * not show there either.
     */
    PREVIEWED_PROFESSIONAL,
    /** Heirs or a court, who read an archive once. */
    BEARER_OF_RELEASE
  }

  /** The owner. */
  public static Viewer owner() {
    return new Viewer(Kind.OWNER, Optional.empty(), Set.of(), Set.of(), true);
  }

  /** A legal representative of the owner. */
  public static Viewer representative() {
    return new Viewer(Kind.REPRESENTATIVE, Optional.empty(), Set.of(), Set.of(), true);
  }

  /** Who bears a release: what the patient hid stays hidden (ours). */
  public static Viewer bearerOfRelease() {
    return new Viewer(Kind.BEARER_OF_RELEASE, Optional.empty(), Set.of(), Set.of(), false);
  }

  /** A professional whom a decision lets see something. */
  public static Viewer professional(String id, Set<String> classes, boolean maskedToo) {
    return new Viewer(Kind.PROFESSIONAL, Optional.of(id), classes, Set.of(), maskedToo);
  }

  /** The owner, looking as this professional would whom a decision lets see something. */
  public static Viewer preview(AccessDecision decision, Actor professional) {
    return new Viewer(
        Kind.PREVIEWED_PROFESSIONAL,
        professional.id(),
        decision.classes(),
        decision.types(),
        decision.maskedToo());
  }

  /** Somebody whom this decision lets see something; whoever is not the owner gets no more. */
  public static Viewer of(AccessDecision decision, Actor actor) {
    if (decision.rule().equals(AccessDecision.REPRESENTATIVE)) {
      return representative();
    }
    return actor.role() == Actor.Role.OWNER
        ? owner()
        : new Viewer(
            Kind.PROFESSIONAL,
            actor.id(),
            decision.classes(),
            decision.types(),
            decision.maskedToo());
  }

  /** Whether this viewer may know that something is masked: who sees it in spite of that. */
  public boolean mayKnowOfMasks() {
    return switch (kind) {
      case OWNER, REPRESENTATIVE -> true;
      case PROFESSIONAL, PREVIEWED_PROFESSIONAL -> maskedToo;
      case BEARER_OF_RELEASE -> false;
    };
  }

  /** Whether this type of this class shows. */
  public boolean opens(String classCode, String typeCode) {
    return switch (kind) {
      case OWNER, REPRESENTATIVE, BEARER_OF_RELEASE -> true;
      case PROFESSIONAL, PREVIEWED_PROFESSIONAL ->
          classes.contains(classCode) || types.contains(typeCode);
    };
  }

  /**
   * Whether what an item by this author said before shows: masks, types and whether a directive is
   * in force are of what it says now. To whoever must not see an earlier version there never was
   * one.
   */
  public boolean seesEarlierVersionsBy(Actor author) {
    return switch (kind) {
      case OWNER, REPRESENTATIVE -> true;
      case PROFESSIONAL, PREVIEWED_PROFESSIONAL, BEARER_OF_RELEASE -> wrote(author);
    };
  }

  /** Whether this viewer is the professional who wrote something. */
  public boolean wrote(Actor author) {
    return author.role() == Actor.Role.PROFESSIONAL
        && professional.isPresent()
        && author.id().equals(professional);
  }

  /** Whether an item's announcement to the patient is told: to professionals. */
  public boolean isToldOfAnnouncements() {
    return switch (kind) {
      case OWNER, REPRESENTATIVE, BEARER_OF_RELEASE -> false;
      case PROFESSIONAL, PREVIEWED_PROFESSIONAL -> true;
    };
  }
}
