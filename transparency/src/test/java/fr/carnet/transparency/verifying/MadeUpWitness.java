package fr.carnet.transparency.verifying;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** A witness, written from C2SP tlog-cosignature and from nothing else. */
final class MadeUpWitness {
  private static final long TIME = 1_763_805_600;
  private static final byte[] COSIGNATURE = {4};
  private final String name;
  private final KeyPair pair;

  MadeUpWitness(String name) {
    this.name = name;
    try {
      pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  String publicKey() {
    return name
        + "+"
        + HexFormat.of().formatHex(keyHash(), 0, 4)
        + "+"
        + Base64.getEncoder().encodeToString(ForgedLog.concat(COSIGNATURE, rawKey()));
  }

  /** The same note with one line more. */
  String cosigned(String note) {
    return note + line(signature(note));
  }

  /** The same with one bit of the cosignature changed. */
  String cosignedWrongly(String note) {
    byte[] signature = signature(note);
    signature[signature.length - 1] ^= 1;
    return note + line(signature);
  }

  private String line(byte[] signature) {
    byte[] all =
        ForgedLog.concat(
            Arrays.copyOf(keyHash(), 4),
            ByteBuffer.allocate(Long.BYTES).putLong(TIME).array(),
            signature);
    return "\u2014 " + name + " " + Base64.getEncoder().encodeToString(all) + "\n";
  }

  private byte[] signature(String note) {
    String text = note.substring(0, note.indexOf("\n\n") + 1);
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(pair.getPrivate());
      signature.update(
          ("cosignature/v1\ntime " + TIME + "\n" + text).getBytes(StandardCharsets.UTF_8));
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private byte[] keyHash() {
    return ForgedLog.sha256((name + "\n").getBytes(StandardCharsets.UTF_8), COSIGNATURE, rawKey());
  }

  private byte[] rawKey() {
    byte[] encoded = pair.getPublic().getEncoded();
    return Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
  }
}
