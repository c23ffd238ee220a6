package fr.carnet.sealing;

import com.google.crypto.tink.subtle.AesGcmHkdfStreaming;
import com.google.crypto.tink.subtle.Random;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.GeneralSecurityException;

/**
 * The key of one document's bytes, drawn for it alone and kept only sealed towards its dossier. The
 * bytes are sealed in segments (AES-256-GCM, Tink's streaming encryption), so a document is opened
 * while it is read, and one that was cut, altered or moved to another dossier or document does not
 * open.
 */
public final class DocumentKey {
  private static final int KEY_BYTES = 32;
  private static final int SEGMENT_BYTES = 64 * 1024;

  private final byte[] key;
  private final AesGcmHkdfStreaming streaming;

  private DocumentKey(byte[] key) throws GeneralSecurityException {
    this.key = key;
    this.streaming = new AesGcmHkdfStreaming(key, "HmacSha256", KEY_BYTES, SEGMENT_BYTES, 0);
  }

  /** A new key. */
  public static DocumentKey draw() {
    return kept(Random.randBytes(KEY_BYTES));
  }

  /**
   * A key that was kept.
   *
   * @throws CannotOpen when it is none
   */
  public static DocumentKey kept(byte[] key) {
    try {
      return new DocumentKey(key.clone());
    } catch (GeneralSecurityException e) {
      throw new CannotOpen("not a document's key", e);
    }
  }

  /** The key itself: to be kept sealed. */
  public byte[] bytes() {
    return key.clone();
  }

  /** How many bytes so many become when they are sealed. */
  public long sealedSize(long size) {
    return streaming.expectedCiphertextSize(size);
  }

  /** Seals what is written; closing it writes the end, without which nothing opens whole. */
  public OutputStream sealing(OutputStream into, Binding binding) throws IOException {
    try {
      return streaming.newEncryptingStream(into, binding.associatedData());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("sealing failed", e);
    }
  }

  /**
   * Opens what is read.
   *
   * @return a stream that fails, instead of ending, where bytes are missing, altered or bound to
   *     something else
   */
  public InputStream opening(InputStream sealed, Binding binding) throws IOException {
    try {
      return streaming.newDecryptingStream(sealed, binding.associatedData());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("opening failed", e);
    }
  }
}
