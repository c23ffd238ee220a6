package fr.carnet.dossier.querying;

import fr.carnet.dossier.nomenclatures.CodeLists;
import fr.carnet.dossier.querying.CareHistory.Item;
import fr.carnet.events.care.Act;
import fr.carnet.events.care.CareCategory;
import fr.carnet.events.care.CareProvider;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Optional;

/**
 * One item of care, as it is shown.
 *
 * @param categoryLabel in the reader's language
 * @param natureLabel French, as the code list says; absent where no list knows the code
 * @param label what the act or product is called: French, as the code list says; absent where no
 *     list knows the code
 * @param quantity net of reversals, above zero
 * @param performerSpecialtyLabel French, as the code list says
 * @param careFrom first day, Europe/Paris
 * @param masked only when it is, to those who see it in spite of that
 */
record ShownItem(
    String itemId,
    CareCategory category,
    String categoryLabel,
    String natureCode,
    Optional<String> natureLabel,
    Optional<Act> act,
    Optional<String> label,
    BigDecimal quantity,
    CareProvider performer,
    Optional<String> performerSpecialtyLabel,
    Optional<CareProvider> prescriber,
    Optional<LocalDate> prescribedOn,
    LocalDate careFrom,
    LocalDate careTo,
    boolean duringHospitalStay,
    Optional<Boolean> masked) {

  static ShownItem of(Item item, CodeLists lists, Language language) {
    return new ShownItem(
        item.itemId(),
        item.category(),
        language.of(category(item.category())),
        item.natureCode(),
        lists.nature(item.natureCode()),
        item.act(),
        item.act().flatMap(lists::label),
        item.quantity(),
        item.performer(),
        item.performer().specialtyCode().flatMap(lists::specialty),
        item.prescriber(),
        item.prescribedOn(),
        item.careFrom(),
        item.careTo(),
        item.duringHospitalStay(),
        item.masked() ? Optional.of(true) : Optional.empty());
  }

  private static Sentence category(CareCategory category) {
    return switch (category) {
      case MEDICATION -> new Sentence("Medicines", "Médicaments");
      case VACCINATION -> new Sentence("Vaccinations", "Vaccinations");
      case DEVICE -> new Sentence("Medical devices", "Dispositifs médicaux");
      case HOSPITAL_STAY -> new Sentence("Hospital stays", "Séjours à l'hôpital");
      case MEDICAL_CARE -> new Sentence("Medical care", "Soins médicaux");
      case DENTAL_CARE -> new Sentence("Dental care", "Soins dentaires");
      case IMAGING -> new Sentence("Imaging", "Imagerie");
      case LABORATORY -> new Sentence("Laboratory", "Biologie");
    };
  }
}
