package fr.carnet.transparency;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** How a note is signed: the signature types of C2SP signed-note that are spoken here. */
public enum Algorithm {
  /** Ed25519 over the text. */
  ED25519(1),
  /** Ed25519 over the text and the time, as witnesses sign (C2SP tlog-cosignature, v1). */
  COSIGNATURE_V1(4);

  private final byte type;

  Algorithm(int type) {
    this.type = (byte) type;
  }

  byte type() {
    return type;
  }

  static Optional<Algorithm> of(byte type) {
    return Arrays.stream(values()).filter(each -> each.type == type).findFirst();
  }

  /** What Ed25519 signs for a text at a time; the time counts for cosignatures alone. */
  byte[] message(String text, long posixSeconds) {
    return switch (this) {
      case ED25519 -> text.getBytes(StandardCharsets.UTF_8);
      case COSIGNATURE_V1 ->
          ("cosignature/v1\ntime " + posixSeconds + "\n" + text).getBytes(StandardCharsets.UTF_8);
    };
  }

  /** What stands in the signature line: a cosignature has its time before it. */
  byte[] signature(byte[] ed25519, long posixSeconds) {
    return switch (this) {
      case ED25519 -> ed25519;
      case COSIGNATURE_V1 ->
          ByteBuffer.allocate(Long.BYTES + ed25519.length)
              .putLong(posixSeconds)
              .put(ed25519)
              .array();
    };
  }
}
