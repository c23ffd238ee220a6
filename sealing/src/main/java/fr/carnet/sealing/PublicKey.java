package fr.carnet.sealing;

import com.google.crypto.tink.HybridEncrypt;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkProtoKeysetFormat;
import com.google.crypto.tink.hybrid.HybridConfig;
import java.security.GeneralSecurityException;
import java.util.Base64;

/** A dossier's public key as text: a Tink key set, base64url. */
final class PublicKey {
  static {
    try {
      HybridConfig.register();
    } catch (GeneralSecurityException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private PublicKey() {}

  static HybridEncrypt parse(String text) throws GeneralSecurityException {
    try {
      return TinkProtoKeysetFormat.parseKeysetWithoutSecret(
              Base64.getUrlDecoder().decode(text), RegistryConfiguration.get())
          .getPrimitive(RegistryConfiguration.get(), HybridEncrypt.class);
    } catch (IllegalArgumentException e) {
      throw new GeneralSecurityException("not base64url", e);
    }
  }

  static String format(KeysetHandle privateKeys) throws GeneralSecurityException {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(
            TinkProtoKeysetFormat.serializeKeysetWithoutSecret(
                privateKeys.getPublicKeysetHandle(), RegistryConfiguration.get()));
  }
}
