package fr.carnet.access.arriving;

import fr.carnet.events.identity.Ins;
import fr.carnet.events.identity.NationalId;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * What follows from a secret of this service and is kept nowhere: the digits of one-time codes, and
 * names for what must not stand in the database. All are HMAC-SHA-256.
 */
@Singleton
class VisitSecret {
  private static final int DIGITS = 8;
  private static final long CODES = 100_000_000;

  private final SecretKeySpec key;

  @Inject
  VisitSecret(@ConfigProperty(name = "carnet.visit-code-secret") String secret) {
    this.key = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256");
  }

  /** The eight digits of a code. */
  String digitsOf(UUID codeId) {
    // 64 bits over 10^8 codes: no code is likelier than another by more than 10^-11.
    long number = Long.parseUnsignedLong(hmac("code/" + codeId).substring(0, 16), 16);
    return String.format(Locale.ROOT, "%0" + DIGITS + "d", Long.remainderUnsigned(number, CODES));
  }

  /** Whether what was said are a code's digits, in a time that does not tell how many are right. */
  boolean isCode(String said, UUID codeId) {
    return MessageDigest.isEqual(
        said.replace(" ", "").getBytes(StandardCharsets.UTF_8),
        digitsOf(codeId).getBytes(StandardCharsets.UTF_8));
  }

  /** What attempts on a person are counted under. */
  String attemptsOn(Ins person) {
    return hmac("person/" + person.value());
  }

  /** The request of this professional to this person, the same each time. */
  UUID request(NationalId professional, Ins person) {
    return UUID.nameUUIDFromBytes(
        hmac("request/" + professional + "/" + person.value()).getBytes(StandardCharsets.UTF_8));
  }

  /** What stands for a request's body where a digest of it is kept. */
  byte[] bodyOf(Ins person, String rest) {
    return hmac("body/" + person.value() + "/" + rest).getBytes(StandardCharsets.UTF_8);
  }

  private String hmac(String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }
}
