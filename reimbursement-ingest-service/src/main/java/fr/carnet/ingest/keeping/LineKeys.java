package fr.carnet.ingest.keeping;

import fr.carnet.events.Sha256;
import fr.carnet.events.care.CareProvider;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.ingest.deciding.BillingLine;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The names under which lines and care are known behind the valve: HMACs under a secret of ingest,
 * so that they say nothing to who does not hold it.
 */
@ApplicationScoped
public class LineKeys {
  private static final int ITEM_BYTES = 18;

  private final String lineKeySecret;
  private final String patientRefSecret;

  @Inject
  LineKeys(
      @ConfigProperty(name = "carnet.line-key-secret") String lineKeySecret,
      @ConfigProperty(name = "carnet.patient-ref-secret") String patientRefSecret) {
    this.lineKeySecret = lineKeySecret;
    this.patientRefSecret = patientRefSecret;
  }

  /** The pseudonym of the beneficiary. */
  PatientRef patientRef(BillingLine line) {
    return PatientRef.of(line.beneficiary(), patientRefSecret);
  }

  /** The line's identity: its id is unique to its sender. */
  String lineKey(String sender, String lineId) {
    return base64(hmac("line|" + sender.length() + "|" + sender + "|" + lineId));
  }

  /**
   * The same for lines that are identical in beneficiary, dates, category, nature, act, performer,
   * prescriber, prescription date and stay; amounts and processing do not count (SNDS, reversals).
   */
  String itemId(PatientRef patient, BillingLine line) {
    String identity =
        String.join(
            "|",
            "item",
            patient.value(),
            line.careFrom().toString(),
            line.careTo().toString(),
            line.category().name(),
            line.natureCode(),
            line.act().map(act -> act.system() + ":" + act.code()).orElse(""),
            text(Optional.of(line.performer())),
            text(line.prescriber()),
            line.prescribedOn().map(Object::toString).orElse(""),
            Boolean.toString(line.duringHospitalStay()));
    return base64(Arrays.copyOf(hmac(identity), ITEM_BYTES));
  }

  /** The same for repeats of a line, by value; whether it is secret does not count. */
  static byte[] digest(BillingLine line) {
    String content =
        String.join(
            "|",
            line.beneficiary().value(),
            line.careFrom().toString(),
            line.careTo().toString(),
            line.processedOn().toString(),
            line.category().name(),
            line.natureCode(),
            line.act().map(act -> act.system() + ":" + act.code()).orElse(""),
            line.quantity().stripTrailingZeros().toPlainString(),
            text(Optional.of(line.performer())),
            text(line.prescriber()),
            line.prescribedOn().map(Object::toString).orElse(""),
            line.amounts(),
            // Only where there is one: a line that was kept before the field was known repeats.
            line.duringHospitalStay()
                + line.treatingPhysician().map(rpps -> "|" + rpps).orElse(""));
    return Sha256.of(content);
  }

  private static String text(Optional<CareProvider> provider) {
    return provider
        .map(
            p ->
                p.rpps().orElse("")
                    + ","
                    + p.finess().orElse("")
                    + ","
                    + p.specialtyCode().orElse(""))
        .orElse("none");
  }

  private byte[] hmac(String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(lineKeySecret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
