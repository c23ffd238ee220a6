package fr.carnet.local.story;

import java.util.function.Supplier;

/** A step of the story did not hold; says what was expected and what was there. */
final class StepFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StepFailed(String what) {
    super(what);
  }

  static void unless(boolean holds, String what) {
    if (!holds) {
      throw new StepFailed(what);
    }
  }

  static void unless(boolean holds, Supplier<String> what) {
    if (!holds) {
      throw new StepFailed(what.get());
    }
  }
}
