package fr.carnet.transparency;

import java.time.Instant;
import java.util.function.UnaryOperator;

/**
 * A key that signs notes.
 *
 * @param key its public half
 * @param ed25519 signs bytes (RFC 8032) with the private half, wherever that is
 */
public record NoteSigner(VerifierKey key, UnaryOperator<byte[]> ed25519) {
  /** Signs a text; the time is part of a cosignature, and of no other. */
  public NoteSignature sign(String text, Instant at) {
    long time = at.getEpochSecond();
    byte[] signed = ed25519.apply(key.algorithm().message(text, time));
    return new NoteSignature(key.name(), key.id(), key.algorithm().signature(signed, time));
  }
}
