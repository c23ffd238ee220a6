package fr.carnet.dossier.querying;

import fr.carnet.events.content.ItemContent;
import fr.carnet.events.content.ItemKind;
import fr.carnet.events.trace.Actor;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;
import java.util.UUID;

/**
 * One item of a dossier, as it is shown.
 *
 * @param classCode of the matrix of professions
 * @param author who wrote the version that holds; a patient is just {@code OWNER}
 * @param aboutDate the day that it is about, or that it was added on; Europe/Paris
 * @param version from 1
 * @param inForce only of advance directives
 * @param masked only when it is, to those who see it in spite of that
 * @param announcement only to professionals, of what is invisible to the patient until announced
 */
record HeldItem(
    UUID itemId,
    ItemKind kind,
    String classCode,
    Actor author,
    Instant addedAt,
    Instant changedAt,
    LocalDate aboutDate,
    int version,
    String title,
    Optional<Boolean> inForce,
    Optional<Boolean> masked,
    Optional<Announcement> announcement,
    ItemContent content) {

  /**
   * When the patient is told of an item (CSP R1111-53).
   *
   * @param before the holder is to be told by then: two weeks after the item was added
   * @param visibleFrom a month after, it shows by itself
   * @param announcedAt when its author told the patient
   */
  record Announcement(Instant before, Instant visibleFrom, Optional<Instant> announcedAt) {}

  /** The same, with this as its content. */
  HeldItem saying(ItemContent content) {
    return new HeldItem(
        itemId,
        kind,
        classCode,
        author,
        addedAt,
        changedAt,
        aboutDate,
        version,
        title,
        inForce,
        masked,
        announcement,
        content);
  }

  /** A version that holds no longer. */
  record Version(int version, Actor author, Instant changedAt, String title, ItemContent content) {}
}
