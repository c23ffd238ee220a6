package fr.carnet.ingest;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import fr.carnet.testkit.ArchitectureRules;
import java.util.List;
import org.junit.jupiter.api.Test;

class IngestArchitectureTest extends ArchitectureRules {
  private static final String KAFKA = ".*\\.arriving\\.(BillingApplier|Feed)";
  private static final String HTTP = ".*\\.arriving\\.(DeliveryResource|NdjsonLines|GzipMembers)";
  private static final String EXTRACTS = ".*\\.arriving\\.extracts\\..*";

  /** Each ends in the same line and knows no other, so a fourth touches none of them. */
  @Test
  void theWaysInDoNotKnowEachOther() {
    JavaClasses classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("fr.carnet.ingest");
    List<String> ways = List.of(KAFKA, HTTP, EXTRACTS);
    for (String way : ways) {
      for (String other : ways) {
        if (!way.equals(other)) {
          noClasses()
              .that()
              .haveNameMatching(way)
              .should()
              .dependOnClassesThat()
              .haveNameMatching(other)
              .check(classes);
        }
      }
    }
  }
}
