package fr.carnet.ingest.arriving;

import fr.carnet.ingest.deciding.CodeLists;
import fr.carnet.ingest.deciding.LineFault;
import fr.carnet.ingest.deciding.LinePolicy;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** How strict the rules are here, as the operator set it. */
final class LinePolicies {
  private LinePolicies() {}

  @Produces
  @Singleton
  static LinePolicy policy(
      @ConfigProperty(name = "carnet.ingest.warn") Optional<List<String>> warn) {
    Set<LineFault> warned = EnumSet.noneOf(LineFault.class);
    for (String code : warn.orElse(List.of())) {
      warned.add(LineFault.valueOf(code.strip()));
    }
    return new LinePolicy(warned, CodeLists.none());
  }
}
