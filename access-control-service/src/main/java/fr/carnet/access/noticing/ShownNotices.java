package fr.carnet.access.noticing;

import fr.carnet.events.access.Grantee;
import fr.carnet.events.trace.Actor;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Notices for one reader, the newest first.
 *
 * @param at the database's clock when they were read; UTC
 * @param unread how many the reader has not marked as read, on all pages
 * @param next give it as {@code cursor} for the next page; absent on the last
 */
public record ShownNotices(Instant at, long unread, List<Notice> notices, Optional<String> next) {
  public ShownNotices {
    notices = List.copyOf(notices);
  }

  /**
   * One notice; never of what a dossier holds.
   *
   * @param code stable; the sentence may change
   * @param at when it was, of a grant when it was told; UTC
   * @param who who accessed, or was refused
   * @param grant what ends
   * @param readAt when this reader marked it as read
   */
  public record Notice(
      UUID noticeId,
      UUID dossierId,
      NoticeCode code,
      Sentence sentence,
      Instant at,
      Optional<Who> who,
      Optional<Ending> grant,
      Optional<Instant> readAt) {}

  /**
   * Somebody, in clear facts.
   *
   * @param id national id of a professional; absent for patients
   * @param profession code of table G15
   * @param structure national id of the structure that they acted in
   */
  public record Who(
      Actor.Role role,
      Optional<String> id,
      Optional<String> profession,
      Optional<String> structure) {}

  /** A grant, and when it ends. */
  public record Ending(UUID grantId, Grantee.Kind granteeKind, String granteeId, Instant endsAt) {}
}
