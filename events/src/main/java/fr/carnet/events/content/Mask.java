package fr.carnet.events.content;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import fr.carnet.events.care.ActSystem;
import fr.carnet.events.care.CareCategory;

/** What a patient hides from professionals; sealed in {@code dossier.mask-set.v1}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "of")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Mask.OfItem.class, name = "ITEM"),
  @JsonSubTypes.Type(value = Mask.OfAct.class, name = "ACT"),
  @JsonSubTypes.Type(value = Mask.OfCategory.class, name = "CATEGORY"),
  @JsonSubTypes.Type(value = Mask.OfClass.class, name = "CLASS")
})
public sealed interface Mask {
  /** One item: of the content, or of the care history with all of its lines. */
  record OfItem(String itemId) implements Mask {}

  /** An act or product, wherever it stands. */
  record OfAct(ActSystem system, String code) implements Mask {}

  /** A category of the care history. */
  record OfCategory(CareCategory category) implements Mask {}

  /** A class of the matrix of professions. */
  record OfClass(String classCode) implements Mask {}

  /** What is hidden, as one text; the same for the same thing. */
  default String target() {
    return switch (this) {
      case OfItem item -> "ITEM|" + item.itemId();
      // These two are numbers, and are written with and without leading zeros.
      case OfAct act when act.system() == ActSystem.NABM || act.system() == ActSystem.LPP ->
          "ACT|" + act.system() + "|" + act.code().replaceFirst("^0+", "");
      case OfAct act -> "ACT|" + act.system() + "|" + act.code();
      case OfCategory category -> "CATEGORY|" + category.category();
      case OfClass of -> "CLASS|" + of.classCode();
    };
  }
}
