package fr.carnet.dossier.showing;

import fr.carnet.events.content.DocumentType;
import fr.carnet.events.content.ItemKind;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The one filter of items and of care, as conditions of the queries that read them, so that what
 * does not show is in no count, page or cursor either. An item does not show when
 *
 * <ul>
 *   <li>it was deleted;
 *   <li>to a professional: it is of a type that the decision does not open, or a directive that is
 *       no longer in force, or masked, unless the decision opens masked items too; its author sees
 *       it all the same, and directives are never masked;
 *   <li>to the owner and representatives: it is invisible until announced, was not announced, and a
 *       month is not over (CSP R1111-53), by the calendar of Europe/Paris and the database's clock;
 *   <li>to representatives: it is a minor's secret care;
 *   <li>to heirs and courts: it is that, not announced yet, or masked;
 *   <li>to the owner who looks as a professional would: it does not show to one of the two;
 *   <li>it was dispensed on a prescription that is masked by itself, or not announced, to whom that
 *       prescription does not show; who wrote one of the two keeps sight.
 * </ul>
 */
public final class Visibility {
  /** When an item that is invisible until announced shows to the patient by itself. */
  public static final String SHOWS_BY_ITSELF =
      "((i.added_at AT TIME ZONE 'Europe/Paris' + interval '1 month') AT TIME ZONE 'Europe/Paris')";

  /** Until when the patient is to be told of it. */
  public static final String ANNOUNCE_BEFORE =
      "((i.added_at AT TIME ZONE 'Europe/Paris' + interval '2 weeks') AT TIME ZONE 'Europe/Paris')";

  private static final String ITEM_MASKED =
      """
      (i.in_force IS NULL AND EXISTS (
        SELECT 1 FROM mask m WHERE m.dossier_id = i.dossier_id
          AND m.target = ANY (i.acts || ARRAY['ITEM|' || i.item_id, 'CLASS|' || i.class_code])))
      """;

  private static final String CARE_MASKED =
      """
      EXISTS (
        SELECT 1 FROM mask m WHERE m.dossier_id = care_line.dossier_id
          AND m.target IN ('CLASS|60', 'ITEM|' || care_line.item_id,
                           'CATEGORY|' || care_line.category,
                           'ACT|' || care_line.act_system || '|'
                             || CASE WHEN care_line.act_system IN ('NABM', 'LPP')
                                     THEN ltrim(care_line.act_code, '0')
                                     ELSE care_line.act_code END))
      """;

  /**
   * What was dispensed on something that is masked would tell of it. OFFSET 0 here and below has
   * the database look for each thing dispensed, which are few, instead of hashing all dossiers'
   * rows.
   */
  private static final String PRESCRIPTION_MASKED =
      """
      (i.prescription_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM mask m WHERE m.dossier_id = i.dossier_id
          AND m.target = 'ITEM|' || i.prescription_id OFFSET 0))
      """;

  private static final String PRESCRIBED_BY_VIEWER =
      """
      EXISTS (
        SELECT 1 FROM item p WHERE p.dossier_id = i.dossier_id AND p.item_id = i.prescription_id
          AND p.author_role = 'PROFESSIONAL' AND p.author_id = ?)
      """;

  /** Of an item, and of what was dispensed on it. */
  private static final String NOT_YET_ANNOUNCED =
      """
      (%s OR (i.prescription_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM item p WHERE p.dossier_id = i.dossier_id AND p.item_id = i.prescription_id
          AND %s OFFSET 0)))
      """
          .formatted(notYetAnnounced("i"), notYetAnnounced("p"));

  private static String notYetAnnounced(String alias) {
    return "(i.invisible_until_announced AND i.announced_at IS NULL AND now() < %s)"
        .formatted(SHOWS_BY_ITSELF)
        .replace("i.", alias + ".");
  }

  /** A document's type counts in its own class: what a patient brings is of the patient's own. */
  private static final String OF_AN_OPEN_TYPE =
      """
      (i.class_code = ANY (?)
       OR CASE i.kind WHEN 'DOCUMENT' THEN i.class_code || '|' || i.code ELSE i.kind END = ANY (?))
      """;

  private static final String WRITTEN_BY_VIEWER =
      "(i.author_role = 'PROFESSIONAL' AND i.author_id = ?)";

  private final Viewer viewer;

  /** What shows to this viewer. */
  public Visibility(Viewer viewer) {
    this.viewer = viewer;
  }

  /** Of {@code item i}, with the parameters of {@link #bindItems}. */
  public String ofItems() {
    return switch (viewer.kind()) {
      case OWNER -> "NOT i.deleted AND NOT " + NOT_YET_ANNOUNCED;
      case REPRESENTATIVE ->
          "NOT i.deleted AND NOT i.invisible_to_representatives AND NOT " + NOT_YET_ANNOUNCED;
      case BEARER_OF_RELEASE ->
          "NOT i.deleted AND NOT i.invisible_to_representatives AND NOT "
              + NOT_YET_ANNOUNCED
              + " AND NOT "
              + ITEM_MASKED
              + " AND NOT "
              + PRESCRIPTION_MASKED;
      case PROFESSIONAL -> ofItemsToProfessionals();
      case PREVIEWED_PROFESSIONAL -> ofItemsToProfessionals() + " AND NOT " + NOT_YET_ANNOUNCED;
    };
  }

  /**
   * Of {@code item i}, without parameters: whether this viewer may not even know that there is, or
   * was, such an item. What was deleted, masked or is of another class is known to have been.
   */
  public String keptFrom() {
    return switch (viewer.kind()) {
      case OWNER, PREVIEWED_PROFESSIONAL -> NOT_YET_ANNOUNCED;
      case REPRESENTATIVE -> "(i.invisible_to_representatives OR " + NOT_YET_ANNOUNCED + ")";
      case PROFESSIONAL, BEARER_OF_RELEASE -> "false";
    };
  }

  /**
   * Of {@code care_line}, without parameters: whether this viewer may not even know that there was
   * such care. What the insurer said late to be secret is no care any more, and the patient knows
   * of it; of an item of which other lines stand all may know.
   */
  public String careKeptFrom() {
    return switch (viewer.kind()) {
      case OWNER, PREVIEWED_PROFESSIONAL, PROFESSIONAL, BEARER_OF_RELEASE -> "false";
      case REPRESENTATIVE ->
          """
          care_line.withdrawn AND care_line.item_id IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM care_line standing
                          WHERE standing.dossier_id = care_line.dossier_id
                            AND standing.item_id = care_line.item_id AND NOT standing.withdrawn)
          """;
    };
  }

  private String ofItemsToProfessionals() {
    return "NOT i.deleted AND ("
        + WRITTEN_BY_VIEWER
        + " OR ("
        + OF_AN_OPEN_TYPE
        + " AND i.in_force IS NOT FALSE"
        + (viewer.maskedToo()
            ? ""
            : " AND NOT "
                + ITEM_MASKED
                + " AND NOT ("
                + PRESCRIPTION_MASKED
                + " AND NOT "
                + PRESCRIBED_BY_VIEWER
                + ")")
        + "))";
  }

  /** Binds the parameters of {@link #ofItems}; gives the place of the next one. */
  public int bindItems(PreparedStatement statement, int first) throws SQLException {
    return switch (viewer.kind()) {
      case OWNER, REPRESENTATIVE, BEARER_OF_RELEASE -> first;
      case PROFESSIONAL, PREVIEWED_PROFESSIONAL -> {
        statement.setString(first, viewer.professional().orElse(null));
        statement.setArray(
            first + 1, statement.getConnection().createArrayOf("text", viewer.classes().toArray()));
        statement.setArray(
            first + 2, statement.getConnection().createArrayOf("text", openTypes().toArray()));
        if (viewer.maskedToo()) {
          yield first + 3;
        }
        statement.setString(first + 3, viewer.professional().orElse(null));
        yield first + 4;
      }
    };
  }

  /** Types that show, as {@link #OF_AN_OPEN_TYPE} names those of an item. */
  private List<String> openTypes() {
    List<String> open = new ArrayList<>();
    for (ItemKind kind : ItemKind.values()) {
      if (kind != ItemKind.DOCUMENT && viewer.types().contains(kind.typeCode())) {
        open.add(kind.name());
      }
    }
    for (DocumentType type : DocumentType.values()) {
      if (viewer.types().contains(type.code())) {
        open.add(type.classCode() + "|" + type.code());
      }
      if (viewer.types().contains(ItemKind.DOCUMENT.typeCode())
          && !type.classCode().equals(ItemKind.PATIENTS_OWN)) {
        open.add(ItemKind.PATIENTS_OWN + "|" + type.code());
      }
    }
    return open;
  }

  /** Of lines of {@code care_line}, without parameters; whose class the decision opens. */
  public String ofCare() {
    return viewer.mayKnowOfMasks() ? "true" : "NOT " + CARE_MASKED;
  }

  /** Whether to say of {@code item i} that it is masked. */
  public String itemMarked() {
    return viewer.mayKnowOfMasks()
        ? "(" + ITEM_MASKED + " OR " + PRESCRIPTION_MASKED + ")"
        : "false";
  }

  /** Whether to say of a line of {@code care_line} that it is masked. */
  public String careMarked() {
    return viewer.mayKnowOfMasks() ? CARE_MASKED : "false";
  }
}
