package fr.carnet.testkit;

import fr.carnet.events.identity.Ins;
import fr.carnet.events.identity.PatientRef;
import io.smallrye.jwt.build.Jwt;
import io.smallrye.jwt.build.JwtClaimsBuilder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Access tokens as the identity provider would give, signed by a key that lives as long as the JVM.
 */
public final class TestTokens {
  /** The secret of the pseudonyms in tests. */
  public static final String PATIENT_REF_SECRET = "test-patient-ref-secret";

  /** Who gives tokens in tests. */
  public static final String ISSUER = "https://identity.test/realms/carnet";

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

  /** In which way a token is no good. */
  public enum Flaw {
    WRONG_ISSUER,
    WRONG_AUDIENCE,
    EXPIRED,
    NOT_YET_VALID,
    TAMPERED,
    ANOTHERS_KEY,
    ALG_NONE,
    WITHOUT_EXPIRY,
    WITHOUT_NATIONAL_ID
  }

  /** A doctor's token that would be good but for this. */
  public static String flawed(Flaw flaw) {
    JwtClaimsBuilder claims =
        claims("pro-flawed", "professional").claim("SubjectRole", List.of("10"));
    if (flaw != Flaw.WITHOUT_NATIONAL_ID) {
      claims.claim("SubjectNameID", "899700024450");
    }
    Instant now = Instant.now();
    return switch (flaw) {
      case WRONG_ISSUER -> sign(claims.issuer("https://identity.test/realms/other"));
      case WRONG_AUDIENCE -> sign(claims.audience("somebody-else"));
      case EXPIRED ->
          sign(claims.issuedAt(now.minusSeconds(7_200)).expiresAt(now.minusSeconds(3_600)));
      case NOT_YET_VALID -> sign(claims.claim("nbf", now.plusSeconds(3_600).getEpochSecond()));
      case TAMPERED -> tampered(sign(claims));
      case ANOTHERS_KEY -> claims.jws().sign(keys().getPrivate());
      case ALG_NONE -> unsigned(sign(claims));
      case WITHOUT_EXPIRY -> withoutExpiry(sign(claims));
      case WITHOUT_NATIONAL_ID -> sign(claims);
    };
  }

  /** Another subject under the same signature. */
  private static String tampered(String token) {
    String[] parts = token.split("\\.", -1);
    return parts[0]
        + "."
        + encoded(claimsOf(parts[1]).replace("pro-flawed", "pro-others"))
        + "."
        + parts[2];
  }

  private static String unsigned(String token) {
    return encoded("{\"alg\":\"none\"}") + "." + token.split("\\.", -1)[1] + ".";
  }

  /** By hand: the builder adds an end where there is none. */
  private static String withoutExpiry(String token) {
    String payload =
        claimsOf(token.split("\\.", -1)[1]).replaceFirst("\"exp\":\\d+,?", "").replace(",}", "}");
    String content = encoded("{\"alg\":\"RS256\",\"typ\":\"JWT\"}") + "." + encoded(payload);
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(KEYS.getPrivate());
      signature.update(content.getBytes(StandardCharsets.UTF_8));
      return content
          + "."
          + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has RSA", e);
    }
  }

  private static String claimsOf(String part) {
    return new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8);
  }

  private static String encoded(String json) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  /** A doctor's token with these exercises, as Pro Santé Connect writes them. */
  public static String withExercises(List<Map<String, Object>> exercises) {
    return sign(
        claims("pro-several", "professional")
            .claim("SubjectNameID", "899700024450")
            .claim("SubjectRefPro", Map.of("exercices", exercises)));
  }

  /** One token for each role of the realm. */
  public static Map<String, String> ofEveryRole(String ins, String professional) {
    Map<String, String> tokens = new TreeMap<>();
    tokens.put("patient", patient(ins));
    tokens.put("professional", professional(professional, "10"));
    for (String role :
        List.of(
            "counter-agent",
            "billing",
            "auditor",
            "privacy-officer",
            "programme",
            "payer",
            "operator",
            "decisions",
            "registry",
            "complementary-insurer")) {
      tokens.put(role, withRole("somebody", role));
    }
    return tokens;
  }

  /**
   * One token for each kind of party that the law bars from every dossier, and all that could be
   * mistaken for a right to one: the claims of a professional and of a structure to whom access was
   * granted, medical regulation, the patient's own claims, and once every role of the realm.
   *
   * @param ins of a patient with a dossier
   * @param professional who holds a grant
   */
  public static Map<String, String> ofBarredParties(String ins, String professional) {
    Map<String, String> tokens = new TreeMap<>();
    tokens.put("mutuelle", holding(List.of("complementary-insurer"), ins, professional));
    List<String> every = new ArrayList<>(ofEveryRole(ins, professional).keySet());
    tokens.put("mutuelle-with-every-role", holding(every, ins, professional));
    // The realm has no such roles: so an account is told that was never meant to come here.
    for (String party : List.of("life-insurer", "employer", "bank", "pharmaceutical-company")) {
      tokens.put(party, holding(List.of(party), ins, professional));
    }
    tokens.put("somebody-without-role", holding(List.of(), ins, professional));
    tokens.put("insurer-that-feeds", holding(List.of("billing"), ins, professional));
    tokens.put(
        "occupational-doctor",
        sign(
            claims("pro-occupational", "professional")
                .claim("SubjectNameID", professional)
                .claim("SubjectOrganizationID", "3750100125")
                .claim("patient_ref", patientRef(ins).value())
                .claim(
                    "SubjectRefPro",
                    Map.of(
                        "exercices",
                        List.of(
                            Map.of(
                                "codeProfession",
                                "10",
                                "codeSavoirFaire",
                                "SM25",
                                "activities",
                                List.of(Map.of("numeroFinessSite", "750100125"))))))));
    return tokens;
  }

  private static String holding(List<String> roles, String ins, String professional) {
    return sign(
        claims("barred-" + roles.size(), roles)
            .claim("azp", "barred-" + roles.size())
            .claim("SubjectNameID", professional)
            .claim("SubjectRole", List.of("10^1.2.250.1.213.1.1.5.5"))
            .claim("SubjectOrganizationID", "3750100125")
            .claim("Acces_Regulation_Medicale", "VRAI")
            .claim("patient_ref", patientRef(ins).value())
            .claim("ins", ins));
  }

  private static JwtClaimsBuilder claims(String subject, String role) {
    return claims(subject, List.of(role));
  }

  private static JwtClaimsBuilder claims(String subject, List<String> roles) {
    return Jwt.claims()
        .subject(subject)
        .issuer(ISSUER)
        .audience("carnet")
        .claim("realm_access", Map.of("roles", roles))
        .groups(Set.copyOf(roles))
        .expiresIn(Duration.ofHours(1));
  }

  private static String sign(JwtClaimsBuilder claims) {
    return claims.jws().sign(KEYS.getPrivate());
  }
}
