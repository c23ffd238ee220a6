package fr.carnet.dossier.querying;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import fr.carnet.dossier.documents.DocumentFormat;
import fr.carnet.dossier.documents.StoredAt;
import fr.carnet.dossier.nomenclatures.CodeLists;
import fr.carnet.dossier.querying.ItemReadsResource.ItemWithVersions;
import fr.carnet.dossier.querying.ItemReadsResource.SetMask;
import fr.carnet.dossier.querying.RepresentativeReadsResource.Acting;
import fr.carnet.dossier.showing.Viewer;
import fr.carnet.dossier.showing.Visibility;
import fr.carnet.events.Wire;
import fr.carnet.events.care.Act;
import fr.carnet.events.care.ActSystem;
import fr.carnet.events.care.CareCategory;
import fr.carnet.events.care.CareProvider;
import fr.carnet.events.content.ItemContent;
import fr.carnet.events.dossier.Affiliation;
import fr.carnet.events.dossier.DossierClosed;
import fr.carnet.events.dossier.DossierOpened;
import fr.carnet.events.dossier.DossierReopened;
import fr.carnet.events.dossier.ErasureRequested;
import fr.carnet.events.dossier.ErasureWithdrawn;
import fr.carnet.events.dossier.InsRecorded;
import fr.carnet.events.dossier.ReleaseDecided;
import fr.carnet.events.dossier.ReleaseRequested;
import fr.carnet.events.dossier.ReleaseUsed;
import fr.carnet.events.dossier.RepresentationEnded;
import fr.carnet.events.dossier.Representative;
import fr.carnet.events.dossier.RepresentativeRecorded;
import fr.carnet.events.dossier.Sex;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Everything that a dossier holds about a person (GDPR articles 15 and 20), but what is invisible
 * to them.
 *
 * @param representatives who acts, or acted, for the patient
 * @param life what happened to the dossier, in order, in the words of the public facts
 * @param care every item that the insurer passed and did not take back, whatever its age
 * @param items every other item, with its earlier versions as {@code GET …/items/{itemId}} shows
 *     them to the same
 * @param files of the documents among the items, every version that shows
 * @param masks what the owner hides from professionals; said to the owner alone
 * @param elsewhere what the other services hold; said to the owner alone, whose token fetches it
 */
public record ExportedDossier(
    UUID dossierId,
    String state,
    Instant openedAt,
    LifeDates dates,
    Traits traits,
    List<Acting> representatives,
    List<LifeEvent> life,
    List<ExportedCare> care,
    List<JsonNode> items,
    List<ExportedFile> files,
    Optional<List<SetMask>> masks,
    Optional<List<Elsewhere>> elsewhere) {

  /** Who the patient is. */
  public record Traits(
      Optional<String> familyName,
      Optional<String> givenName,
      Optional<LocalDate> birthDate,
      Optional<Sex> sex,
      Optional<Affiliation> affiliation,
      Optional<RepresentedBy> representative) {}

  /**
   * Who represents the patient.
   *
   * @param until a minor's: the first day of majority, Europe/Paris
   */
  public record RepresentedBy(
      Representative.Kind kind, String familyName, String givenName, Optional<LocalDate> until) {}

  /**
   * Something that happened.
   *
   * @param type the fact's name, as on {@code dossier.events}
   * @param at UTC
   * @param by role, and the id of an agent or a professional
   */
  public record LifeEvent(String type, Instant at, String by, JsonNode facts) {}

  /**
   * An item of care.
   *
   * @param lines what the insurer said of it, in the order in which it was first seen
   */
  public record ExportedCare(
      String itemId,
      CareCategory category,
      String natureCode,
      Optional<String> natureLabel,
      Optional<Act> act,
      Optional<String> label,
      CareProvider performer,
      Optional<CareProvider> prescriber,
      Optional<LocalDate> prescribedOn,
      LocalDate careFrom,
      LocalDate careTo,
      boolean duringHospitalStay,
      Optional<String> treatingPhysicianRpps,
      List<Line> lines) {}

  /**
   * One thing that the insurer said.
   *
   * @param processedOn when the insurer processed it, Europe/Paris
   * @param quantity negative in a reversal
   * @param repeats how often the same line came again
   */
  public record Line(
      Optional<Instant> firstSeen,
      Optional<LocalDate> processedOn,
      BigDecimal quantity,
      int repeats) {}

  /**
   * The file of one version of a document.
   *
   * @param file its name in an export with files
   * @param path where the owner fetches it by itself
   */
  public record ExportedFile(
      UUID itemId,
      int version,
      String file,
      Optional<String> path,
      @JsonIgnore StoredAt storedAt) {}

  /** What another service holds, and the path there. */
  public record Elsewhere(String service, String path, Sentence what) {}

  private static final String ACCESS_CONTROL = "access-control-service";
  private static final String AUDIT = "audit-service";

  private static final List<Elsewhere> ELSEWHERE =
      List.of(
          new Elsewhere(
              ACCESS_CONTROL,
              "/access",
              new Sentence(
                  "Who can see the dossier, by which rule, and whom you blocked.",
                  "Qui peut voir le dossier, par quelle règle, et qui vous avez bloqué.")),
          new Elsewhere(
              ACCESS_CONTROL,
              "/grants",
              new Sentence(
                  "Every authorisation that you gave, with its end.",
                  "Chaque autorisation que vous avez donnée, avec sa fin.")),
          new Elsewhere(
              ACCESS_CONTROL,
              "/access-requests",
              new Sentence(
                  "Professionals who ask for access and wait for your answer.",
                  "Les professionnels qui demandent un accès et attendent votre réponse.")),
          new Elsewhere(
              ACCESS_CONTROL,
              "/emergency-wishes",
              new Sentence(
                  "What you want in an emergency.", "Ce que vous souhaitez en cas d'urgence.")),
          new Elsewhere(
              ACCESS_CONTROL,
              "/treating-physicians",
              new Sentence(
                  "Your médecins traitants, and doctors with the same right.",
                  "Vos médecins traitants, et les médecins ayant le même droit.")),
          new Elsewhere(
              ACCESS_CONTROL,
              "/notices",
              new Sentence(
                  "What you were told of access to the dossier.",
                  "Ce qui vous a été signalé des accès au dossier.")),
          new Elsewhere(
              AUDIT,
              "/looks",
              new Sentence(
                  "Who looked at what, when, why and by which rule, with the proofs.",
                  "Qui a regardé quoi, quand, pourquoi et par quelle règle, avec les preuves.")),
          new Elsewhere(
              AUDIT,
              "/log",
              new Sentence(
                  "Everything that the audit log says of the dossier, in order.",
                  "Tout ce que le journal d'audit dit du dossier, dans l'ordre.")));

  /** The facts of a dossier's own life; what it holds is in the other lists. */
  private static final List<String> LIFE =
      List.of(
          DossierOpened.WIRE_NAME,
          DossierClosed.WIRE_NAME,
          DossierReopened.WIRE_NAME,
          InsRecorded.WIRE_NAME,
          RepresentativeRecorded.WIRE_NAME,
          RepresentationEnded.WIRE_NAME,
          ErasureRequested.WIRE_NAME,
          ErasureWithdrawn.WIRE_NAME,
          ReleaseRequested.WIRE_NAME,
          ReleaseDecided.WIRE_NAME,
          ReleaseUsed.WIRE_NAME);

  /** What is said of them; what a later version adds is said once it stands here. */
  private static final Set<String> SAID =
      Set.of(
          "channel",
          "consentWording",
          "consentTakenBy",
          "reason",
          "archiveEndsAt",
          "requestedAt",
          "carriedOutFrom",
          "deadline",
          "withdrawnAt",
          "representationId",
          "requestId",
          "kind");

  /** All ids of items that are in it. */
  List<String> itemIds() {
    return Stream.concat(
            care.stream().map(ExportedCare::itemId),
            items.stream().map(item -> item.path("item").path("itemId").asText()))
        .toList();
  }

  /** All of it that shows to somebody. */
  static ExportedDossier of(Connection tx, UUID dossierId, Viewer viewer, CodeLists lists)
      throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT state, opened_at, family_name, given_name, birth_date, sex, scheme, caisse,
                   policyholder, representative_kind, representative_family_name,
                   representative_given_name, represented_until
            FROM dossier WHERE dossier_id = ?
            """)) {
      select.setObject(1, dossierId);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        List<ItemWithVersions> items = items(tx, dossierId, viewer);
        boolean owner = viewer.kind() == Viewer.Kind.OWNER;
        return new ExportedDossier(
            dossierId,
            row.getString(1),
            row.getObject(2, OffsetDateTime.class).toInstant(),
            LifeDates.of(tx, dossierId),
            traits(row),
            RepresentativeReadsResource.acting(tx, dossierId),
            life(tx, dossierId),
            care(tx, dossierId, viewer, lists),
            items.stream().<JsonNode>map(Wire.JSON::valueToTree).toList(),
            items.stream().flatMap(item -> files(dossierId, item, owner)).toList(),
            owner ? Optional.of(ItemReadsResource.masks(tx, dossierId)) : Optional.empty(),
            owner ? Optional.of(elsewhere(dossierId)) : Optional.empty());
      }
    }
  }

  private static Traits traits(ResultSet row) throws SQLException {
    String scheme = row.getString(7);
    String kind = row.getString(10);
    return new Traits(
        Optional.ofNullable(row.getString(3)),
        Optional.ofNullable(row.getString(4)),
        day(row, 5),
        Optional.ofNullable(row.getString(6)).map(Sex::valueOf),
        scheme == null
            ? Optional.empty()
            : Optional.of(new Affiliation(scheme, row.getString(8), row.getBoolean(9))),
        kind == null
            ? Optional.empty()
            : Optional.of(
                new RepresentedBy(
                    Representative.Kind.valueOf(kind),
                    row.getString(11),
                    row.getString(12),
                    day(row, 13))));
  }

  private static List<LifeEvent> life(Connection tx, UUID dossierId) throws SQLException {
    List<LifeEvent> life = new ArrayList<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT type, time, actor, data FROM event
            WHERE stream_id = ? AND type = ANY (?) ORDER BY version
            """)) {
      select.setObject(1, dossierId);
      select.setArray(2, tx.createArrayOf("text", LIFE.toArray()));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          life.add(
              new LifeEvent(
                  row.getString(1),
                  row.getObject(2, OffsetDateTime.class).toInstant(),
                  row.getString(3),
                  said(row.getBytes(4))));
        }
      }
    }
    return life;
  }

  private static JsonNode said(byte[] fact) {
    try {
      return Wire.JSON.readTree(fact) instanceof ObjectNode facts ? facts.retain(SAID) : null;
    } catch (IOException e) {
      throw new UncheckedIOException("an event of this service is no JSON", e);
    }
  }

  private static List<Elsewhere> elsewhere(UUID dossierId) {
    return ELSEWHERE.stream()
        .map(
            each ->
                new Elsewhere(each.service(), "/dossiers/" + dossierId + each.path(), each.what()))
        .toList();
  }

  private static Stream<ExportedFile> files(UUID dossierId, ItemWithVersions item, boolean owner) {
    UUID itemId = item.item().itemId();
    return Stream.concat(
        file(dossierId, itemId, item.item().version(), item.item().content(), owner).stream(),
        item.versions().stream()
            .flatMap(
                earlier ->
                    file(dossierId, itemId, earlier.version(), earlier.content(), owner).stream()));
  }

  private static Optional<ExportedFile> file(
      UUID dossierId, UUID itemId, int version, ItemContent content, boolean owner) {
    return content instanceof ItemContent.Document document
        ? document
            .bytesId()
            .map(
                bytes ->
                    new ExportedFile(
                        itemId,
                        version,
                        "documents/%s-v%d.%s".formatted(itemId, version, extension(document)),
                        owner
                            ? Optional.of(
                                "/dossiers/%s/documents/%s?version=%d"
                                    .formatted(dossierId, itemId, version))
                            : Optional.empty(),
                        new StoredAt(dossierId, bytes)))
        : Optional.empty();
  }

  private static String extension(ItemContent.Document document) {
    return DocumentFormat.of(document.format()).orElseThrow().extension();
  }

  private static List<ItemWithVersions> items(Connection tx, UUID dossierId, Viewer viewer)
      throws SQLException {
    List<ItemWithVersions> items = new ArrayList<>();
    for (HeldItem item :
        HeldItems.select(
            tx,
            dossierId,
            viewer,
            new HeldItems.Selection(Optional.empty(), Optional.empty(), Integer.MAX_VALUE))) {
      items.add(new ItemWithVersions(item, HeldItems.versions(tx, dossierId, viewer, item)));
    }
    return items;
  }

  static List<ExportedCare> care(Connection tx, UUID dossierId, Viewer viewer, CodeLists lists)
      throws SQLException {
    List<ExportedCare> care = new ArrayList<>();
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT item_id, category, nature_code, act_system, act_code, performer_rpps,
                   performer_finess, performer_specialty, prescribed, prescriber_rpps,
                   prescriber_finess, prescriber_specialty, prescribed_on, care_from, care_to,
                   during_stay, treating_physician, first_seen, quantity, coalesce(repeats, 0),
                   processed_on
            FROM care_line WHERE dossier_id = ? AND NOT withdrawn AND %s
            ORDER BY care_from DESC, item_id, first_seen, line_key
            """
                .formatted(new Visibility(viewer).ofCare()))) {
      select.setObject(1, dossierId);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          Line line =
              new Line(
                  Optional.ofNullable(row.getObject(18, OffsetDateTime.class))
                      .map(OffsetDateTime::toInstant),
                  day(row, 21),
                  row.getBigDecimal(19).stripTrailingZeros(),
                  row.getInt(20));
          if (!care.isEmpty() && care.getLast().itemId().equals(row.getString(1))) {
            care.getLast().lines().add(line);
          } else {
            care.add(item(row, new ArrayList<>(List.of(line)), lists));
          }
        }
      }
    }
    return care;
  }

  private static ExportedCare item(ResultSet row, List<Line> lines, CodeLists lists)
      throws SQLException {
    String code = row.getString(5);
    Optional<Act> act =
        Optional.ofNullable(row.getString(4))
            .map(system -> new Act(ActSystem.valueOf(system), code));
    return new ExportedCare(
        row.getString(1),
        CareCategory.valueOf(row.getString(2)),
        row.getString(3),
        lists.nature(row.getString(3)),
        act,
        act.flatMap(lists::label),
        provider(row, 6),
        row.getBoolean(9) ? Optional.of(provider(row, 10)) : Optional.empty(),
        day(row, 13),
        row.getDate(14).toLocalDate(),
        row.getDate(15).toLocalDate(),
        row.getBoolean(16),
        Optional.ofNullable(row.getString(17)),
        lines);
  }

  private static CareProvider provider(ResultSet row, int first) throws SQLException {
    return new CareProvider(
        Optional.ofNullable(row.getString(first)),
        Optional.ofNullable(row.getString(first + 1)),
        Optional.ofNullable(row.getString(first + 2)));
  }

  private static Optional<LocalDate> day(ResultSet row, int column) throws SQLException {
    return Optional.ofNullable(row.getDate(column)).map(Date::toLocalDate);
  }
}
