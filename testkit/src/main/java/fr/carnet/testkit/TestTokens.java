package fr.carnet.testkit;

import fr.carnet.events.identity.Ins;
import fr.carnet.events.identity.PatientRef;
import io.smallrye.jwt.build.Jwt;
import io.smallrye.jwt.build.JwtClaimsBuilder;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Access tokens as the identity provider would give, signed by a key that lives as long as the JVM.
 */
public final class TestTokens {
  /** The secret of the pseudonyms in tests. */
  public static final String PATIENT_REF_SECRET = "test-patient-ref-secret";

  private static final KeyPair KEYS = keys();

  private TestTokens() {}

  private static KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has RSA", e);
    }
  }

  /** The public key, as {@code quarkus.oidc.public-key} takes it. */
  public static String publicKey() {
    return Base64.getEncoder().encodeToString(KEYS.getPublic().getEncoded());
  }

  /** The pseudonym of a patient. */
  public static PatientRef patientRef(String ins) {
    return PatientRef.of(Ins.parse(ins).orElseThrow(), PATIENT_REF_SECRET);
  }

  /** A patient's token, with the {@code ins} claim as for opening a dossier. */
  public static String patient(String ins) {
    return patient(ins, "1953-07-14");
  }

  /** The same, of somebody born on another day ({@code yyyy-mm-dd}). */
  public static String patient(String ins, String birthDate) {
    return sign(
        claims("patient-" + patientRef(ins).value().substring(0, 8), "patient")
            .claim("patient_ref", patientRef(ins).value())
            .claim("ins", ins)
            .claim("family_name", "Testaud")
            .claim("given_name", "Camille")
            .claim("birthdate", birthDate));
  }

  /**
   * A professional's token.
   *
   * @param nationalId type digit and number, e.g. {@code 899700024450}
   * @param profession code of table G15, e.g. {@code 10}
   */
  public static String professional(String nationalId, String profession) {
    return professional(nationalId, profession, false);
  }

  /** A professional's token; with the claim of medical regulation, or without. */
  public static String professional(String nationalId, String profession, boolean regulation) {
    return sign(
        claims("pro-" + nationalId, "professional")
            .claim("SubjectNameID", nationalId)
            .claim("SubjectRole", List.of(profession + "^1.2.250.1.213.1.1.5.5"))
            .claim("SubjectOrganizationID", "3750100125")
            .claim("Acces_Regulation_Medicale", regulation ? "VRAI" : "FAUX")
            .claim(
                "SubjectRefPro",
                Map.of(
                    "exercices",
                    List.of(
                        Map.of(
                            "codeProfession",
                            profession,
                            "activities",
                            List.of(Map.of("numeroFinessSite", "750100125")))))));
  }

  /** A token with this role and nothing else: agents, officers, service clients, barred parties. */
  public static String withRole(String subject, String role) {
    return sign(claims(subject, role).claim("azp", subject));
  }

  private static JwtClaimsBuilder claims(String subject, String role) {
    return Jwt.claims()
        .subject(subject)
        .audience("carnet")
        .claim("realm_access", Map.of("roles", List.of(role)))
        .groups(Set.of(role))
        .expiresIn(Duration.ofHours(1));
  }

  private static String sign(JwtClaimsBuilder claims) {
    return claims.jws().sign(KEYS.getPrivate());
  }
}
