package fr.carnet.local;

/** What the services stand on. */
public enum Foundation implements Part {
  /** Carries and keeps the facts. */
  KAFKA("Kafka", 9092),
  /** Decides and answers. */
  POSTGRES("PostgreSQL", 5433),
  /** Says who is who. */
  KEYCLOAK("Keycloak", 8180);

  private final String title;
  private final int wantedPort;

  Foundation(String title, int wantedPort) {
    this.title = title;
    this.wantedPort = wantedPort;
  }

  @Override
  public String title() {
    return title;
  }

  @Override
  public int wantedPort() {
    return wantedPort;
  }

  @Override
  public String logName() {
    return switch (this) {
      case KAFKA -> "kafka";
      case POSTGRES -> "postgres";
      case KEYCLOAK -> "keycloak";
    };
  }
}
