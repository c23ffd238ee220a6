package fr.carnet.audit.proving;

import fr.carnet.transparency.Algorithm;
import fr.carnet.transparency.Malformed;
import fr.carnet.transparency.VerifierKey;
import java.net.URI;

/**
 * Somebody who cosigns checkpoints.
 *
 * @param address below which {@code add-checkpoint} is
 */
public record Witness(URI address, VerifierKey key) {
  /**
   * Reads a setting: address and key, a space between.
   *
   * @throws Malformed when it is none, or the key is not one for cosignatures
   */
  static Witness parse(String setting) {
    String[] parts = setting.strip().split(" +", 2);
    if (parts.length != 2) {
      throw new Malformed("a witness is an address and a key");
    }
    VerifierKey key = VerifierKey.parse(parts[1]);
    if (key.algorithm() != Algorithm.COSIGNATURE_V1) {
      throw new Malformed("a witness's key is one for cosignatures");
    }
    return new Witness(URI.create(parts[0].endsWith("/") ? parts[0] : parts[0] + "/"), key);
  }
}
