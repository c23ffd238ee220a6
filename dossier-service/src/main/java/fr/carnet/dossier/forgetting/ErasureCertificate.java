package fr.carnet.dossier.forgetting;

import fr.carnet.events.Paris;
import fr.carnet.events.Wire;
import fr.carnet.events.dossier.DossierErased;
import fr.carnet.events.dossier.ErasureCause;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What an erasure destroyed, what can still be proved, and what remains elsewhere and until when.
 * It is made from facts in clear alone and says neither who the person was nor, by a number, how
 * much the dossier held.
 *
 * @param erasedAt UTC, by the database's clock
 * @param eventId of the erasure, in the log for ever
 * @param proofs what the audit log still proves, and how to check it
 */
public record ErasureCertificate(
    UUID dossierId,
    ErasureCause cause,
    Instant erasedAt,
    UUID eventId,
    List<Words> destroyed,
    List<Words> proofs,
    List<Remaining> remaining) {
  private static final List<Words> DESTROYED =
      List.of(
          new Words(
              "The key of the dossier. Everything sealed with it, in every copy of the log, opens no"
                  + " more.",
              "La clé du dossier. Tout ce qu'elle scellait, dans chaque copie du journal, ne s'ouvre"
                  + " plus."),
          new Words(
              "The identity, and the tie between the person and the dossier: here at once, and in the"
                  + " other services when they learn of it, within minutes unless one stands still.",
              "L'identité, et le lien entre la personne et le dossier : ici aussitôt, et dans les"
                  + " autres services quand ils l'apprennent, en quelques minutes sauf si l'un est à"
                  + " l'arrêt."),
          new Words(
              "All content: care, documents and their bytes, and what was derived from them.",
              "Tout le contenu : soins, documents et leurs octets, et ce qui en était dérivé."),
          new Words(
              "Grants, blocks and wishes, as far as they were in force: they let nobody in any more at"
                  + " once, and are deleted within the same minutes.",
              "Les autorisations, blocages et volontés, dans la mesure où ils étaient en vigueur :"
                  + " plus personne n'entre aussitôt, et ils sont supprimés dans les mêmes"
                  + " minutes."));

  public ErasureCertificate {
    destroyed = List.copyOf(destroyed);
    proofs = List.copyOf(proofs);
    remaining = List.copyOf(remaining);
  }

  /** A sentence in both languages. */
  public record Words(String en, String fr) {}

  /**
   * What remains, and where.
   *
   * @param until UTC; absent where nobody can name the instant, and for what is kept for ever
   */
  public record Remaining(String what, Words words, Optional<Instant> until) {}

  /** The certificate of an erased dossier; none where there was no erasure. */
  public static Optional<ErasureCertificate> of(Connection connection, UUID dossierId)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT e.id, e.time, e.data FROM event e JOIN dossier_key k ON k.dossier_id = e.stream_id
            WHERE e.stream_id = ? AND e.type = ? AND k.destroyed_at IS NOT NULL
            """)) {
      select.setObject(1, dossierId);
      select.setString(2, DossierErased.WIRE_NAME);
      try (ResultSet row = select.executeQuery()) {
        return row.next()
            ? Optional.of(
                of(
                    dossierId,
                    row.getObject(1, UUID.class),
                    row.getObject(2, OffsetDateTime.class).toInstant(),
                    Wire.read(row.getBytes(3), DossierErased.class).cause()))
            : Optional.empty();
      }
    }
  }

  private static ErasureCertificate of(
      UUID dossierId, UUID eventId, Instant erasedAt, ErasureCause cause) {
    return new ErasureCertificate(
        dossierId,
        cause,
        erasedAt,
        eventId,
        DESTROYED,
        List.of(
            new Words(
                "Every entry of the audit log about this dossier keeps its index, its bytes and its"
                    + " digest: they are of the sealed bytes. An auditor finds them, the erasure"
                    + " last, with GET /log?dossier="
                    + dossierId
                    + " and compares sha256 with any copy from before.",
                "Chaque entrée du journal d'audit sur ce dossier garde son numéro, ses octets et son"
                    + " empreinte : ce sont ceux des octets scellés. Un auditeur les trouve,"
                    + " l'effacement en dernier, par GET /log?dossier="
                    + dossierId
                    + " et compare sha256 à toute copie antérieure.")),
        remaining(erasedAt.atZone(Paris.ZONE)));
  }

  private static List<Remaining> remaining(ZonedDateTime erasedAt) {
    return List.of(
        new Remaining(
            "INSURER_WINDOW",
            new Words(
                "The insurer keeps its own reimbursement lines, without any tie to this dossier, for"
                    + " 24 months from the day of care.",
                "L'assurance garde ses propres lignes de remboursement, sans lien avec ce dossier,"
                    + " pendant 24 mois à compter du jour du soin."),
            Optional.of(erasedAt.plusMonths(24).toInstant())),
        new Remaining(
            "INSURER_DELIVERIES",
            new Words(
                "What the insurer delivered stays on its own topic for 7 days.",
                "Ce que l'assurance a livré reste 7 jours dans son propre flux."),
            Optional.of(erasedAt.plusDays(7).toInstant())),
        new Remaining(
            "INSURER_REJECTIONS",
            new Words(
                "Lines of the insurer that were rejected stay with the insurer for 30 days.",
                "Les lignes rejetées restent 30 jours chez l'assurance."),
            Optional.of(erasedAt.plusDays(30).toInstant())),
        new Remaining(
            "REGISTRY",
            new Words(
                "The pseudonym of the person beside the id of the dossier, until the registry's topic"
                    + " is cleaned: with the first change in the same partition of it that comes a day"
                    + " or more later, so within 2 days where something changes daily.",
                "Le pseudonyme de la personne à côté de l'identifiant du dossier, jusqu'au nettoyage"
                    + " du flux du registre : au premier changement dans la même partition, un jour ou"
                    + " plus après, donc en 2 jours là où il y en a chaque jour."),
            Optional.empty()),
        new Remaining(
            "DATABASE_FILES",
            new Words(
                "What was deleted, the key too, in the files of the database until their space, which"
                    + " is freed soon after the erasure, is written over; and in archives of the"
                    + " database's own log and copies of its files until these end, 30 days by the"
                    + " manual. No service reads it there.",
                "Ce qui a été supprimé, la clé aussi, dans les fichiers de la base jusqu'à ce que leur"
                    + " place, libérée peu après l'effacement, soit réécrite ; et dans les archives de"
                    + " son journal et les copies de ses fichiers jusqu'à leur fin, 30 jours selon le"
                    + " manuel. Aucun service ne l'y lit."),
            Optional.empty()),
        new Remaining(
            "KEY_BACKUPS",
            new Words(
                "Backups of the keys are kept for 30 days at most; a restore applies this erasure"
                    + " again before it serves.",
                "Les sauvegardes des clés sont gardées 30 jours au plus ; une restauration applique"
                    + " de nouveau cet effacement avant de servir."),
            Optional.of(erasedAt.plusDays(30).toInstant())),
        new Remaining(
            "FACTS_ABOUT_PROFESSIONALS",
            new Words(
                "That a professional was granted access, read or wrote, and when, stays in the log:"
                    + " professionals answer for it. It does not say whose dossier it was.",
                "Qu'un professionnel a été autorisé, a lu ou a écrit, et quand, reste au journal : les"
                    + " professionnels en répondent. On n'y lit pas de qui était le dossier."),
            Optional.empty()));
  }
}
