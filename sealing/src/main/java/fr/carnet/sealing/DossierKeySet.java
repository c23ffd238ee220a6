package fr.carnet.sealing;

import com.google.crypto.tink.HybridDecrypt;
import com.google.crypto.tink.KeyTemplates;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkProtoKeysetFormat;
import com.google.crypto.tink.hybrid.HybridConfig;
import com.google.crypto.tink.subtle.AesGcmJce;
import fr.carnet.events.Sealed;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.UUID;

/** The private side of a dossier's keys; only the dossier-service ever holds one. */
public final class DossierKeySet {
  static {
    try {
      HybridConfig.register();
    } catch (GeneralSecurityException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final UUID dossierId;
  private final KeysetHandle keys;

  private DossierKeySet(UUID dossierId, KeysetHandle keys) {
    this.dossierId = dossierId;
    this.keys = keys;
  }

  /** New keys for a dossier: HPKE, X25519, HKDF-SHA-256, AES-256-GCM. */
  public static DossierKeySet generate(UUID dossierId) {
    try {
      return new DossierKeySet(
          dossierId,
          KeysetHandle.generateNew(
              KeyTemplates.get("DHKEM_X25519_HKDF_SHA256_HKDF_SHA256_AES_256_GCM").toParameters(),
              RegistryConfiguration.get()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("no keys for a dossier", e);
    }
  }

  /**
   * The keys as they were wrapped.
   *
   * @throws CannotOpen when the master key is another one, or the bytes are another dossier's
   */
  public static DossierKeySet unwrap(UUID dossierId, byte[] wrapped, MasterKey master) {
    try {
      return new DossierKeySet(
          dossierId,
          TinkProtoKeysetFormat.parseEncryptedKeyset(
              wrapped, master.aead(), bound(dossierId), RegistryConfiguration.get()));
    } catch (GeneralSecurityException e) {
      throw new CannotOpen("the master key does not open this key set", e);
    }
  }

  /** The keys, wrapped by the master key; the only form in which they are stored. */
  public byte[] wrap(MasterKey master) {
    try {
      return TinkProtoKeysetFormat.serializeEncryptedKeyset(
          keys, master.aead(), bound(dossierId), RegistryConfiguration.get());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the master key does not wrap", e);
    }
  }

  /** The public side, as text: what everyone else gets. */
  public String publicKey() {
    try {
      return PublicKey.format(keys);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a key set has a public side", e);
    }
  }

  /**
   * The session key behind a sealed body; kept by the caller, because unwrapping is dear.
   *
   * @throws CannotOpen when it was wrapped for another dossier or altered
   */
  public OpeningSession session(Sealed sealed) {
    try {
      byte[] key =
          keys.getPrimitive(RegistryConfiguration.get(), HybridDecrypt.class)
              .decrypt(
                  Base64.getUrlDecoder().decode(sealed.wrappedKey()),
                  SealingSession.context(dossierId, sealed.session()));
      return new OpeningSession(dossierId, key);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new CannotOpen("the session key was not wrapped for this dossier", e);
    }
  }

  /** Opens one body. */
  public byte[] open(Sealed sealed, Binding binding) {
    return session(sealed).open(sealed, binding);
  }

  private static byte[] bound(UUID dossierId) {
    return ("carnet-key-set|" + dossierId).getBytes(StandardCharsets.UTF_8);
  }

  /** A session key that was unwrapped: opens the bodies of that session. */
  public static final class OpeningSession {
    private final UUID dossierId;
    private final byte[] key;
    private final AesGcmJce aead;

    private OpeningSession(UUID dossierId, byte[] key) {
      if (key.length != SealingSession.KEY_BYTES) {
        throw new CannotOpen("a session key has 32 bytes", new IllegalArgumentException());
      }
      this.dossierId = dossierId;
      this.key = key;
      try {
        this.aead = new AesGcmJce(key);
      } catch (GeneralSecurityException e) {
        throw new CannotOpen("not a session key", e);
      }
    }

    /**
     * Opens a body of this session.
     *
     * @throws CannotOpen when the binding is not the one it was sealed for, or bytes were altered
     */
    public byte[] open(Sealed sealed, Binding binding) {
      if (!binding.dossierId().equals(dossierId)) {
        throw new CannotOpen("another dossier's session", new IllegalArgumentException());
      }
      try {
        return aead.decrypt(Base64.getUrlDecoder().decode(sealed.body()), binding.associatedData());
      } catch (GeneralSecurityException | IllegalArgumentException e) {
        throw new CannotOpen("the body does not open for what it claims to belong to", e);
      }
    }

    /** A session of one's own, to be opened by who sealed with it. */
    public static OpeningSession of(UUID dossierId, SealingSession session) {
      return new OpeningSession(dossierId, session.key());
    }

    /**
     * The same session to seal with again, for who drew it.
     *
     * @param wrappedKey as it was wrapped towards the dossier
     */
    public SealingSession sealing(String session, String wrappedKey) {
      return SealingSession.kept(dossierId, session, wrappedKey, key);
    }

    /** Wrapped by the master key, to be kept beside the dossier's key set. */
    public byte[] wrap(String session, MasterKey master) {
      try {
        return master.aead().encrypt(key, bound(dossierId, session));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("the master key does not wrap", e);
      }
    }

    /** A session that was kept. */
    public static OpeningSession unwrap(
        UUID dossierId, String session, byte[] wrapped, MasterKey master) {
      try {
        return new OpeningSession(
            dossierId, master.aead().decrypt(wrapped, bound(dossierId, session)));
      } catch (GeneralSecurityException e) {
        throw new CannotOpen("the master key does not open this session", e);
      }
    }

    private static byte[] bound(UUID dossierId, String session) {
      return ("carnet-opened-session|" + dossierId + "|" + session)
          .getBytes(StandardCharsets.UTF_8);
    }
  }
}
