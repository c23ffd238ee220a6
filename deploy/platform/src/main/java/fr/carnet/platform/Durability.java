package fr.carnet.platform;

/** Whether what a commit acknowledged survives the machine. */
public enum Durability {
  /**
   * As in production: {@code fsync}, {@code synchronous_commit} and {@code full_page_writes} on.
   */
  DURABLE("on"),
  /** For tests that lose nothing with the machine; survives the process being killed. */
  FAST("off");

  private final String setting;

  Durability(String setting) {
    this.setting = setting;
  }

  String setting() {
    return setting;
  }
}
