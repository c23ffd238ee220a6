package fr.carnet.local;

import java.nio.file.Path;

/** One of the four services. */
public enum Service implements Part {
  /** The patient's record. */
  DOSSIER("dossier-service", 8081, "dossier"),
  /** The insurer's side of the valve. */
  INGEST("reimbursement-ingest-service", 8082, "ingest"),
  /** Who may see it. */
  ACCESS("access-control-service", 8083, "access"),
  /** What happened, provably. */
  AUDIT("audit-service", 8084, "audit");

  private final String module;
  private final int wantedPort;
  private final String database;

  Service(String module, int wantedPort, String database) {
    this.module = module;
    this.wantedPort = wantedPort;
    this.database = database;
  }

  @Override
  public String title() {
    return module;
  }

  @Override
  public int wantedPort() {
    return wantedPort;
  }

  @Override
  public String logName() {
    return module;
  }

  /** Its own database. */
  String database() {
    return database;
  }

  /** What the build makes of it, to be run. */
  Path runnable(Path project) {
    return project.resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
  }
}
