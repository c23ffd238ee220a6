package fr.carnet.transparency;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One signature line of a note (C2SP signed-note).
 *
 * @param name of the key
 * @param keyId the first four bytes of the key's hash, which tells the algorithm too
 * @param signature what the algorithm made
 */
public record NoteSignature(String name, int keyId, byte[] signature) {
  private static final Pattern LINE = Pattern.compile("\u2014 ([^\\s+\\p{Z}]+) ([A-Za-z0-9+/]+=*)");

  /** The line, without its end. */
  public String line() {
    byte[] bytes =
        ByteBuffer.allocate(Integer.BYTES + signature.length).putInt(keyId).put(signature).array();
    return "\u2014 " + name + " " + Base64.getEncoder().encodeToString(bytes);
  }

  /**
   * Reads a line without its end.
   *
   * @throws Malformed when it is no signature line
   */
  public static NoteSignature parse(String line) {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      throw new Malformed("no signature line");
    }
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(matcher.group(2));
    } catch (IllegalArgumentException e) {
      throw new Malformed("a signature in base64");
    }
    if (bytes.length <= Integer.BYTES) {
      throw new Malformed("a signature has a key id before it");
    }
    return new NoteSignature(
        matcher.group(1),
        ByteBuffer.wrap(bytes).getInt(),
        Arrays.copyOfRange(bytes, Integer.BYTES, bytes.length));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NoteSignature that && line().equals(that.line());
  }

  @Override
  public int hashCode() {
    return line().hashCode();
  }
}
