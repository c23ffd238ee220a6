package fr.carnet.dossier.nomenclatures;

import fr.carnet.events.care.Act;
import fr.carnet.nomenclatures.CodeTable;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * What codes are called, in French, as the lists of the SNDS say; and the therapeutic class of
 * medicines. Read once, at start, from the folder that the operator names, or else from a small
 * list of our own for the demo. A code that no list knows has no label, and that is no error.
 */
@ApplicationScoped
public class CodeLists {
  private static final Logger LOG = Logger.getLogger(CodeLists.class);

  /** Of the list of medicines, where the class is unknown. */
  private static final String NO_CLASS = "INC";

  private static final String CIP13_OF_A_CIP7 = "34009";

  private final Map<String, String> natures;
  private final Map<String, String> keyLetters;
  private final Map<String, String> ccam;
  private final Map<String, String> nabm;
  private final Map<String, String> lpp;
  private final Map<String, String> atcClasses;
  private final Map<String, String> specialties;

  /** Lists from this folder, or else our own. */
  @Inject
  public CodeLists(@ConfigProperty(name = "carnet.nomenclatures") Optional<Path> folder) {
    CodeTable natureTable = table(folder, "IR_NAT_V");
    natures = byCode(natureTable, "PRS_NAT", "PRS_NAT_LIB");
    keyLetters = unambiguous(natureTable, "PRS_NAT_CB2", "PRS_NAT_LIB");
    ccam = byCode(table(folder, "IR_CCAM_V63"), "CAM_PRS_IDE_COD", "CAM_PRS_IDE_LIB");
    nabm = byCode(table(folder, "IR_BIO_R"), "BIO_PRS_IDE", "BIO_INF_LIB");
    lpp = byCode(table(folder, "NT_LPP"), "LPP_PRS_IDE", "LPP_RED_LIB");
    atcClasses = byCode(table(folder, "IR_CIP_V"), "PHA_PRS_IDE", "PHA_ATC_CLA");
    atcClasses.values().removeIf(NO_CLASS::equals);
    specialties = byCode(table(folder, "IR_SPE_V"), "PFS_SPE_COD", "PFS_SPE_LIB");
  }

  void start(@Observes StartupEvent event) {
    LOG.infof(
        "code lists: %d natures, %d CCAM, %d NABM, %d LPP, %d medicines, %d specialties",
        natures.size(),
        ccam.size(),
        nabm.size(),
        lpp.size(),
        atcClasses.size(),
        specialties.size());
  }

  /** What an act or product is called, in French. */
  public Optional<String> label(Act act) {
    return switch (act.system()) {
      case CCAM -> Optional.ofNullable(ccam.get(act.code()));
      case NGAP -> Optional.ofNullable(keyLetters.get(act.code()));
      case NABM -> Optional.ofNullable(nabm.get(CodeTable.number(act.code())));
      case LPP -> Optional.ofNullable(lpp.get(CodeTable.number(act.code())));
      // The list of medicines has classes and no names; there is no list of stays.
      case CIP13, GHM -> Optional.empty();
    };
  }

  /** What a nature of care is called, in French. */
  public Optional<String> nature(String code) {
    return Optional.ofNullable(natures.get(CodeTable.number(code)));
  }

  /** What a specialty is called, in French. */
  public Optional<String> specialty(String code) {
    return Optional.ofNullable(specialties.get(CodeTable.number(code)));
  }

  /**
   * The therapeutic class (ATC, three characters) of a medicine's pack. The list has the older
   * CIP7; a CIP13 is {@code 34009}, the seven digits of the CIP7, and a check digit of its own
   * ({@code 3400935955838} is {@code 3595583}). {@code 34008} numbers hospital units, which have no
   * CIP7.
   */
  public Optional<String> atcClass(String cip13) {
    return cip13.startsWith(CIP13_OF_A_CIP7) && cip13.length() == 13
        ? Optional.ofNullable(atcClasses.get(CodeTable.number(cip13.substring(5, 12))))
        : Optional.empty();
  }

  private static Map<String, String> byCode(CodeTable table, String code, String label) {
    Map<String, String> labels = new HashMap<>();
    table
        .pairs(code, label)
        .filter(pair -> !pair.get(0).isEmpty() && !pair.get(1).isEmpty())
        .forEach(pair -> labels.putIfAbsent(CodeTable.number(pair.get(0)), tidy(pair.get(1))));
    return labels;
  }

  /** Some key letters stand for several natures, and so for none. */
  private static Map<String, String> unambiguous(CodeTable table, String code, String label) {
    Map<String, String> labels = new HashMap<>();
    Map<String, Integer> times = new HashMap<>();
    for (List<String> pair : table.pairs(code, label).toList()) {
      labels.put(pair.get(0), tidy(pair.get(1)));
      times.merge(pair.get(0), 1, Integer::sum);
    }
    labels.keySet().removeIf(letters -> letters.isEmpty() || times.get(letters) > 1);
    return labels;
  }

  private static String tidy(String label) {
    return label.replaceAll("\\s+", " ");
  }

  private static CodeTable table(Optional<Path> folder, String name) {
    try {
      return folder.isPresent() ? CodeTable.in(folder.get(), name) : ofOurOwn(name);
    } catch (IOException e) {
      // Labels are a comfort: the record is read without them.
      LOG.errorf("no code list %s: %s", name, e.getClass().getSimpleName());
      return CodeTable.empty();
    }
  }

  private static CodeTable ofOurOwn(String name) throws IOException {
    try (InputStream list =
        CodeLists.class.getResourceAsStream("/nomenclatures/" + name + ".csv")) {
      return list == null ? CodeTable.empty() : CodeTable.of(list.readAllBytes());
    }
  }
}
