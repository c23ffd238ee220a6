package fr.carnet.events;

/**
 * Something personal, readable only with the key set of its dossier. All three are base64url
 * without padding.
 *
 * @param session which session key sealed it; a session is one sender's, for one dossier
 * @param wrappedKey the session key, wrapped (HPKE) towards the dossier's public key
 * @param body nonce and ciphertext, AES-256-GCM; bound to dossier, event id or line key, type and
 *     version
 */
public record Sealed(String session, String wrappedKey, String body) {
  /** What can be said of it without opening it: SHA-256 of the body, lower case hex. */
  public String digest() {
    return Sha256.hex(body);
  }
}
