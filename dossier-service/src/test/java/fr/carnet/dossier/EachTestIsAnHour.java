package fr.carnet.dossier;

import io.quarkus.test.junit.callback.QuarkusTestBeforeEachCallback;
import io.quarkus.test.junit.callback.QuarkusTestMethodContext;

/**
 * Refusals are counted an hour, and most tests know the same few professionals: without this, the
 * test in which the twenty-first of one of them falls would depend on the order of all.
 */
public class EachTestIsAnHour implements QuarkusTestBeforeEachCallback {
  @Override
  public void beforeEach(QuarkusTestMethodContext context) {
    Dossiers.refusalsAreCounted();
  }
}
