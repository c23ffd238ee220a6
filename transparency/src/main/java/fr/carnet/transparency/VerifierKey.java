package fr.carnet.transparency;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The public half of a key that signs notes, as people hand it on: {@code <name>+<id>+<base64(type
 * || key)>} (C2SP signed-note).
 *
 * @param publicKey the 32 bytes of an Ed25519 key (RFC 8032)
 */
public record VerifierKey(String name, Algorithm algorithm, byte[] publicKey) {
  private static final int KEY_BYTES = 32;
  private static final int SIGNATURE_BYTES = 64;
  private static final Pattern TEXT =
      Pattern.compile("([^\\s+\\p{Z}]+)\\+([0-9a-f]{8})\\+([A-Za-z0-9+/]+=*)");
  private static final Pattern NAME = Pattern.compile("[^\\s+\\p{Z}]+");

  /** What stands before the 32 bytes in the X.509 form of a public key (RFC 8410). */
  private static final byte[] X509 = HexFormat.of().parseHex("302a300506032b6570032100");

  public VerifierKey {
    if (!NAME.matcher(name).matches() || publicKey.length != KEY_BYTES) {
      throw new Malformed("a key has a name without spaces or +, and 32 bytes");
    }
    publicKey = publicKey.clone();
  }

  /** The key's id: the first four bytes of SHA-256 over name, newline, type and key. */
  public int id() {
    MessageDigest digest = Hash.sha256();
    digest.update((name + "\n").getBytes(StandardCharsets.UTF_8));
    digest.update(algorithm.type());
    digest.update(publicKey);
    return ByteBuffer.wrap(digest.digest()).getInt();
  }

  /** The key as text. */
  public String format() {
    byte[] typed = ByteBuffer.allocate(1 + KEY_BYTES).put(algorithm.type()).put(publicKey).array();
    return name
        + "+"
        + HexFormat.of().toHexDigits(id())
        + "+"
        + Base64.getEncoder().encodeToString(typed);
  }

  /**
   * Reads a key.
   *
   * @throws Malformed when it is none, or its id is another's
   */
  public static VerifierKey parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new Malformed("a key is <name>+<id>+<base64>");
    }
    byte[] typed;
    try {
      typed = Base64.getDecoder().decode(matcher.group(3));
    } catch (IllegalArgumentException e) {
      throw new Malformed("a key in base64");
    }
    Algorithm algorithm =
        Algorithm.of(typed[0]).orElseThrow(() -> new Malformed("a key of an unknown type"));
    VerifierKey key =
        new VerifierKey(matcher.group(1), algorithm, Arrays.copyOfRange(typed, 1, typed.length));
    if (!key.format().equals(text)) {
      throw new Malformed("the id is not this key's");
    }
    return key;
  }

  /** Whether this is a signature of the key over the text. */
  boolean verifies(String text, byte[] signature) {
    ByteBuffer bytes = ByteBuffer.wrap(signature);
    int expected =
        switch (algorithm) {
          case ED25519 -> SIGNATURE_BYTES;
          case COSIGNATURE_V1 -> Long.BYTES + SIGNATURE_BYTES;
        };
    if (signature.length != expected) {
      return false;
    }
    long time =
        switch (algorithm) {
          case ED25519 -> 0;
          case COSIGNATURE_V1 -> bytes.getLong();
        };
    byte[] ed25519 = new byte[SIGNATURE_BYTES];
    bytes.get(ed25519);
    if (time < 0) {
      return false;
    }
    try {
      byte[] encoded =
          ByteBuffer.allocate(X509.length + KEY_BYTES).put(X509).put(publicKey).array();
      Signature verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(
          KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
      verifier.update(algorithm.message(text, time));
      return verifier.verify(ed25519);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VerifierKey key && format().equals(key.format());
  }

  @Override
  public int hashCode() {
    return id();
  }

  @Override
  public String toString() {
    return format();
  }
}
