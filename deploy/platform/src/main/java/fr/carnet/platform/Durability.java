package fr.carnet.platform;

/** Whether what a commit acknowledged survives the machine, and PostgreSQL's own death. */
public enum Durability {
  /**
   * As in production: {@code fsync}, {@code synchronous_commit} and {@code full_page_writes} on.
   */
  DURABLE("on"),
  /**
   * For tests that lose nothing with PostgreSQL: the last commits that it acknowledged may be gone
   * when it is killed (SIGKILL) itself. Who uses it may be killed, and loses nothing.
   */
  FAST("off");

  private final String setting;

  Durability(String setting) {
    this.setting = setting;
  }

  String setting() {
    return setting;
  }
}
