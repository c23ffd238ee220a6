package fr.carnet.dossier.keys;

import fr.carnet.events.Sha256;
import java.security.SecureRandom;
import java.util.Base64;

/** What the bearer of a release shows: 256 random bits, of which only the hash is kept. */
public record ReleaseSecret(String value) {
  private static final int BYTES = 32;
  private static final SecureRandom RANDOM = new SecureRandom();

  /** A new one. */
  public static ReleaseSecret random() {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return new ReleaseSecret(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  /** SHA-256, base64url. */
  public String hash() {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(Sha256.of(value));
  }

  @Override
  public String toString() {
    return "ReleaseSecret[hidden]";
  }
}
