package fr.carnet.local.chaos;

/** Something that must hold whatever is killed. */
public interface ChaosScenario {
  /**
   * Does it, on a suite that is up, and leaves it up.
   *
   * @throws AssertionError when something did not hold; the message says what, and the seed
   */
  ChaosReport run() throws Exception;
}
