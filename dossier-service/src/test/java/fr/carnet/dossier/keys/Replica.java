package fr.carnet.dossier.keys;

import java.nio.file.Path;

/** Another process with the same master key and the same database, and a memory of its own. */
public final class Replica {
  private Replica() {}

  /** Its key ring. */
  public static KeyRing withKeys(String masterKeyFile) {
    return new KeyRing(Path.of(masterKeyFile));
  }
}
