package fr.carnet.transparency;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.lang.ArchRule;
import fr.carnet.testkit.ArchitectureRules;
import java.net.URISyntaxException;
import org.junit.jupiter.api.Test;

class TransparencyArchitectureTest extends ArchitectureRules {
  /** Who does not trust the operator needs a JDK and this module. */
  private static final ArchRule NOTHING_BUT_THE_JDK =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("java..", "com.sun.net.httpserver..", "fr.carnet.transparency..");

  @Test
  void whatVerifiesAndWitnessesDependsOnTheJdkAlone() throws URISyntaxException {
    NOTHING_BUT_THE_JDK.check(module());
  }
}
