package fr.carnet.events.identity;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A patient inside the suite: HMAC-SHA-256 of the INS under a secret, 64 lower case hex digits.
 * Only ingest, the dossier-service and the identity provider hold the secret.
 */
public record PatientRef(@JsonValue String value) {
  private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");

  @JsonCreator
  public PatientRef {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException("a patientRef is 64 lower case hex digits");
    }
  }

  /** The pseudonym that this text is, if it is one. */
  public static Optional<PatientRef> parse(String text) {
    return FORM.matcher(text).matches() ? Optional.of(new PatientRef(text)) : Optional.empty();
  }

  /** The pseudonym of this person. */
  public static PatientRef of(Ins ins, String secret) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return new PatientRef(
          HexFormat.of().formatHex(mac.doFinal(ins.value().getBytes(StandardCharsets.UTF_8))));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }

  @Override
  public String toString() {
    return "PatientRef[hidden]";
  }
}
