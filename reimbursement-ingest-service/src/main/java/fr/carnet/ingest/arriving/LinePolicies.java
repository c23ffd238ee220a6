package fr.carnet.ingest.arriving;

import fr.carnet.events.care.ActSystem;
import fr.carnet.ingest.deciding.CodeLists;
import fr.carnet.ingest.deciding.LineFault;
import fr.carnet.ingest.deciding.LinePolicy;
import fr.carnet.nomenclatures.CodeTable;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * How strict the rules are here, as the operator set it: a folder of code lists in the layout of
 * the SNDS, and rules that only warn. A list that is not in the folder knows every code.
 */
final class LinePolicies {
  private static final Logger LOG = Logger.getLogger(LinePolicies.class);

  private LinePolicies() {}

  @Produces
  @Singleton
  static LinePolicy policy(
      @ConfigProperty(name = "carnet.ingest.warn") Optional<List<String>> warn,
      @ConfigProperty(name = "carnet.nomenclatures") Optional<Path> folder)
      throws IOException {
    Set<LineFault> warned = EnumSet.noneOf(LineFault.class);
    for (String code : warn.orElse(List.of())) {
      warned.add(LineFault.valueOf(code.strip()));
    }
    return new LinePolicy(warned, folder.isPresent() ? codes(folder.get()) : CodeLists.none());
  }

  static CodeLists codes(Path folder) throws IOException {
    return new CodeLists(
        codes(folder, "IR_NAT_V", "PRS_NAT"),
        specialties(folder),
        Map.of(
            ActSystem.CCAM, codes(folder, "IR_CCAM_V63", "CAM_PRS_IDE_COD"),
            ActSystem.NABM, codes(folder, "IR_BIO_R", "BIO_PRS_IDE"),
            ActSystem.LPP, codes(folder, "NT_LPP", "LPP_PRS_IDE"),
            ActSystem.CIP13, codes(folder, "IR_CIP_V", "PHA_PRS_IDE")));
  }

  /** Of doctors, and of everybody else: lines name either in one field. */
  private static Set<String> specialties(Path folder) throws IOException {
    Set<String> doctors = codes(folder, "IR_SPE_V", "PFS_SPE_COD");
    if (doctors.isEmpty()) {
      return doctors;
    }
    Set<String> all = new HashSet<>(doctors);
    all.addAll(codes(folder, "IR_ACT_V", "PFS_ACT_NAT"));
    return all;
  }

  private static Set<String> codes(Path folder, String list, String column) throws IOException {
    if (!Files.isRegularFile(folder.resolve(list + ".csv"))) {
      LOG.warnf("no code list %s: its codes are not checked", list);
      return Set.of();
    }
    Set<String> codes =
        CodeTable.in(folder, list)
            .pairs(column, column)
            .map(pair -> CodeTable.number(pair.getFirst()))
            .collect(Collectors.toSet());
    LOG.infof("code list %s: %d codes", list, codes.size());
    return codes;
  }
}
