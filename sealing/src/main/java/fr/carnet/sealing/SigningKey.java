package fr.carnet.sealing;

import com.google.crypto.tink.AccessesPartialKey;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.PublicKeySign;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.signature.Ed25519Parameters;
import com.google.crypto.tink.signature.Ed25519PublicKey;
import com.google.crypto.tink.signature.SignatureConfig;
import fr.carnet.events.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;

/** An Ed25519 key with which a service signs what it states, so that anyone can check it later. */
public final class SigningKey {
  static {
    try {
      SignatureConfig.register();
    } catch (GeneralSecurityException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private final PublicKeySign signer;
  private final byte[] publicKey;

  @AccessesPartialKey // The public half is public.
  private SigningKey(KeysetHandle keys) throws GeneralSecurityException {
    this.signer = keys.getPrimitive(RegistryConfiguration.get(), PublicKeySign.class);
    this.publicKey =
        ((Ed25519PublicKey) keys.getPublicKeysetHandle().getPrimary().getKey())
            .getPublicKeyBytes()
            .toByteArray();
  }

  /** Reads the key from a file, or makes it when there is none. */
  public static SigningKey inFile(Path file) throws IOException {
    try {
      return new SigningKey(
          KeyFile.readOrMake(
              file,
              () ->
                  KeysetHandle.generateNew(
                      Ed25519Parameters.create(Ed25519Parameters.Variant.NO_PREFIX),
                      RegistryConfiguration.get())));
    } catch (GeneralSecurityException | ClassCastException e) {
      throw new IOException("not a signing key: " + file, e);
    }
  }

  /** A JSON Web Signature over this payload, compact (RFC 7515, RFC 8037). */
  public String jws(byte[] payload) {
    String header = "{\"alg\":\"EdDSA\",\"kid\":\"" + id() + "\"}";
    String signed =
        BASE64.encodeToString(header.getBytes(StandardCharsets.UTF_8))
            + "."
            + BASE64.encodeToString(payload);
    return signed + "." + BASE64.encodeToString(sign(signed.getBytes(StandardCharsets.US_ASCII)));
  }

  /** The 64 bytes of an Ed25519 signature over these (RFC 8032). */
  public byte[] sign(byte[] message) {
    try {
      return signer.sign(message);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot sign", e);
    }
  }

  /** The 32 bytes of the public key (RFC 8032). */
  public byte[] publicKeyBytes() {
    return publicKey.clone();
  }

  /** The public key, base64url: the {@code x} of its JSON Web Key. */
  public String publicKey() {
    return BASE64.encodeToString(publicKey);
  }

  /** The key's thumbprint (RFC 7638): its id in every signature. */
  public String id() {
    String jwk = "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"" + publicKey() + "\"}";
    return BASE64.encodeToString(Sha256.of(jwk));
  }
}
