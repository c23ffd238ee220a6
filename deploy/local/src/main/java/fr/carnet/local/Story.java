package fr.carnet.local;

/** What {@code ./carnet run} plays once everything is up. */
final class Story {

  private Story() {}

  /** Plays it, telling each step; whether every step held. */
  static boolean play(Suite suite) {
    System.out.println();
    System.out.println("There is no story to play yet; " + suite.data() + " keeps what you do.");
    return false;
  }
}
