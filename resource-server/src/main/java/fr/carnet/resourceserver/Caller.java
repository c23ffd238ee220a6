package fr.carnet.resourceserver;

import fr.carnet.events.dossier.PatientIdentity;
import fr.carnet.events.dossier.Sex;
import fr.carnet.events.identity.Ins;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.events.trace.Actor;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.jwt.JsonWebToken;

/**
 * Who calls, read from the access token: Pro Santé Connect's claims for professionals, {@code
 * patient_ref} for patients.
 *
 * @param subject the account's opaque id at the identity provider
 * @param actor who it is in clear facts; {@code OWNER} stands for any patient until it is known
 *     whose dossier it is about
 * @param client the OpenID Connect client that the token was given to
 * @param patientRef of a patient
 * @param ins only in tokens that were asked for with the scope {@code ins}
 * @param regulation whether the professional acts in medical regulation (centre 15)
 */
public record Caller(
    String subject,
    Actor actor,
    String client,
    Set<String> roles,
    Optional<PatientRef> patientRef,
    Optional<Ins> ins,
    boolean regulation,
    Optional<String> familyName,
    Optional<String> givenName,
    Optional<LocalDate> birthDate,
    Optional<Sex> sex) {

  public Caller {
    roles = Set.copyOf(roles);
  }

  /** Roles of the realm, most specific first: the first that the token has is what a caller is. */
  private static final Map<String, Actor.Role> ROLES =
      Map.of(
          "counter-agent", Actor.Role.COUNTER_AGENT,
          "billing", Actor.Role.BILLING,
          "auditor", Actor.Role.AUDITOR,
          "privacy-officer", Actor.Role.PRIVACY_OFFICER,
          "programme", Actor.Role.PROGRAMME,
          "operator", Actor.Role.OPERATOR);

  /** What somebody can be; one account is one of them. */
  private static final Set<String> CAPACITIES =
      Set.of(
          "patient",
          "professional",
          "counter-agent",
          "billing",
          "auditor",
          "privacy-officer",
          "programme",
          "operator",
          "complementary-insurer");

  /** The traits that the token gives, as they are recorded with an opening. */
  public PatientIdentity identity(PatientRef of) {
    return new PatientIdentity(
        of, familyName, givenName, birthDate, sex, Optional.empty(), Optional.empty());
  }

  static Caller of(JsonWebToken token, Set<String> roles, Optional<Integer> exercise) {
    return new Caller(
        token.getSubject(),
        actor(token, roles, exercise),
        text(token, "azp").orElse(""),
        roles,
        text(token, "patient_ref").flatMap(PatientRef::parse),
        text(token, "ins").flatMap(Ins::parse),
        text(token, "Acces_Regulation_Medicale").filter("VRAI"::equals).isPresent(),
        text(token, "family_name"),
        text(token, "given_name"),
        text(token, "birthdate").flatMap(Caller::date),
        text(token, "gender").flatMap(Caller::sex));
  }

  private static Optional<Sex> sex(String gender) {
    return switch (gender) {
      case "female" -> Optional.of(Sex.FEMALE);
      case "male" -> Optional.of(Sex.MALE);
      default -> Optional.empty();
    };
  }

  private static Actor actor(JsonWebToken token, Set<String> roles, Optional<Integer> exercise) {
    if (roles.stream().filter(CAPACITIES::contains).count() > 1) {
      // In which capacity would such an account act, and under which name be traced?
      throw new Refusal(RequestProblem.ROLES_CONFLICT);
    }
    // A party that the law bars stays barred, whatever other roles its account was given.
    if (roles.contains("complementary-insurer")) {
      return new Actor(
          Actor.Role.BARRED, Optional.of(token.getSubject()), Optional.empty(), Optional.empty());
    }
    if (roles.contains("professional")) {
      return professional(token, exercise);
    }
    if (roles.contains("patient")) {
      return Actor.anonymous(Actor.Role.OWNER);
    }
    if (roles.contains("decisions") || roles.contains("registry")) {
      return new Actor(Actor.Role.SERVICE, text(token, "azp"), Optional.empty(), Optional.empty());
    }
    for (String role : List.copyOf(ROLES.keySet())) {
      if (roles.contains(role)) {
        return new Actor(
            ROLES.get(role), Optional.of(token.getSubject()), Optional.empty(), Optional.empty());
      }
    }
    return new Actor(
        Actor.Role.BARRED, Optional.of(token.getSubject()), Optional.empty(), Optional.empty());
  }

  private static Actor professional(JsonWebToken token, Optional<Integer> exercise) {
    NationalId id =
        text(token, "SubjectNameID")
            .flatMap(NationalId::parse)
            .orElseThrow(() -> new Refusal(RequestProblem.CLAIM_MISSING));
    List<JsonObject> exercises = exercises(token);
    if (exercises.size() > 1) {
      int chosen =
          exercise
              .filter(index -> index >= 0 && index < exercises.size())
              .orElseThrow(() -> new Refusal(RequestProblem.EXERCISE_NOT_CHOSEN));
      return inExercise(id, exercises.get(chosen));
    }
    Optional<String> profession =
        exercises.stream()
            .findFirst()
            .map(only -> only.getString("codeProfession", ""))
            .filter(code -> !code.isEmpty())
            .or(() -> roleOfSubject(token));
    return new Actor(
        Actor.Role.PROFESSIONAL,
        Optional.of(id.value()),
        profession,
        text(token, "SubjectOrganizationID").flatMap(NationalId::parse));
  }

  private static Actor inExercise(NationalId id, JsonObject exercise) {
    Optional<NationalId> structure =
        exercise.get("activities") instanceof JsonArray activities
            ? activities.stream()
                .filter(JsonObject.class::isInstance)
                .map(activity -> ((JsonObject) activity).getString("numeroFinessSite", ""))
                .filter(finess -> !finess.isEmpty())
                .findFirst()
                .flatMap(finess -> NationalId.parse("3" + finess))
            : Optional.empty();
    return new Actor(
        Actor.Role.PROFESSIONAL,
        Optional.of(id.value()),
        Optional.of(exercise.getString("codeProfession", "")).filter(code -> !code.isEmpty()),
        structure);
  }

  private static List<JsonObject> exercises(JsonWebToken token) {
    Object claim = token.getClaim("SubjectRefPro");
    return claim instanceof JsonObject object && object.get("exercices") instanceof JsonArray array
        ? array.stream().filter(JsonObject.class::isInstance).map(JsonObject.class::cast).toList()
        : List.of();
  }

  /** {@code 10^1.2.250.1.213.1.1.5.5}: the code of table G15 stands before the list's OID. */
  private static Optional<String> roleOfSubject(JsonWebToken token) {
    Object claim = token.getClaim("SubjectRole");
    Optional<String> first =
        claim instanceof JsonArray array && !array.isEmpty()
            ? asText(array.getFirst())
            : asText(claim);
    return first.map(role -> role.split("\\^", 2)[0]);
  }

  private static Optional<String> text(JsonWebToken token, String claim) {
    return asText(token.getClaim(claim)).filter(text -> !text.isEmpty());
  }

  private static Optional<String> asText(Object claim) {
    return switch (claim) {
      case null -> Optional.empty();
      case JsonString string -> Optional.of(string.getString());
      case JsonValue _ -> Optional.empty();
      case Object other -> Optional.of(other.toString());
    };
  }

  private static Optional<LocalDate> date(String text) {
    try {
      return Optional.of(LocalDate.parse(text));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return "Caller[" + actor.label() + "]";
  }
}
