package fr.carnet.sealing;

import com.google.crypto.tink.subtle.AesGcmJce;
import com.google.crypto.tink.subtle.Random;
import fr.carnet.events.Sealed;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.UUID;

/**
 * One sender's key for one dossier, drawn once and used for many bodies, because wrapping costs a
 * thousand times what sealing costs. Safe for every thread.
 */
public final class SealingSession {
  static final int KEY_BYTES = 32;

  private final UUID dossierId;
  private final String id;
  private final String wrappedKey;
  private final byte[] key;
  private final AesGcmJce aead;

  private SealingSession(UUID dossierId, String id, String wrappedKey, byte[] key)
      throws GeneralSecurityException {
    this.dossierId = dossierId;
    this.id = id;
    this.wrappedKey = wrappedKey;
    this.key = key;
    this.aead = new AesGcmJce(key);
  }

  /**
   * A new session towards a dossier.
   *
   * @param publicKey the dossier's, from {@code dossier.opened.v1} or the registry
   */
  public static SealingSession towards(UUID dossierId, String publicKey) {
    try {
      String id = Base64.getUrlEncoder().withoutPadding().encodeToString(Random.randBytes(12));
      byte[] key = Random.randBytes(KEY_BYTES);
      byte[] wrapped = PublicKey.parse(publicKey).encrypt(key, context(dossierId, id));
      return new SealingSession(
          dossierId, id, Base64.getUrlEncoder().withoutPadding().encodeToString(wrapped), key);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not a public key of a dossier", e);
    }
  }

  /**
   * Looks at a public key without using it, which is far cheaper than a session.
   *
   * @throws IllegalArgumentException when nobody could seal towards it
   */
  public static void requirePublicKey(String publicKey) {
    try {
      var _ = PublicKey.parse(publicKey);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not a public key of a dossier", e);
    }
  }

  /** A session that was kept. */
  public static SealingSession kept(UUID dossierId, String id, String wrappedKey, byte[] key) {
    try {
      return new SealingSession(dossierId, id, wrappedKey, key.clone());
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not a session key", e);
    }
  }

  /** Seals a body for what it belongs to. */
  public Sealed seal(byte[] body, Binding binding) {
    if (!binding.dossierId().equals(dossierId)) {
      throw new IllegalArgumentException("this session seals for another dossier");
    }
    try {
      return new Sealed(
          id,
          wrappedKey,
          Base64.getUrlEncoder()
              .withoutPadding()
              .encodeToString(aead.encrypt(body, binding.associatedData())));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("sealing failed", e);
    }
  }

  /** The session's id; says nothing of the dossier. */
  public String id() {
    return id;
  }

  /** The session key, wrapped towards the dossier; base64url. */
  public String wrappedKey() {
    return wrappedKey;
  }

  /** The session key itself: to be kept only by who sealed, for as long as the session lives. */
  public byte[] key() {
    return key.clone();
  }

  static byte[] context(UUID dossierId, String session) {
    return ("carnet-session|" + dossierId + "|" + session).getBytes(StandardCharsets.UTF_8);
  }
}
