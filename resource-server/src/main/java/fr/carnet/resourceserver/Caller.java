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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.jwt.JsonWebToken;

/**
 * Who calls, read from the access token: Pro Santé Connect's claims for professionals, {@code
 * patient_ref} for patients.
 *
 * @param subject the account's opaque id at the identity provider
 * @param actor who it is in clear facts; {@code OWNER} stands for any patient until it is known
 *     whose dossier it is about
 * @param client the OpenID Connect client that the token was given to
 * @param patientRef of a patient, and of nobody else
 * @param ins of a patient, in tokens that were asked for with the scope {@code ins}
 * @param regulation whether the professional acts in medical regulation (centre 15)
 * @param occupational whether the professional acts in occupational medicine: by the specialty SM25
 *     or the sector SA13 of the exercise
 */
public record Caller(
    String subject,
    Actor actor,
    String client,
    Set<String> roles,
    Optional<PatientRef> patientRef,
    Optional<Ins> ins,
    boolean regulation,
    boolean occupational,
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
          "payer", Actor.Role.PAYER,
          "operator", Actor.Role.OPERATOR);

  /** The specialty of table R38. */
  private static final String OCCUPATIONAL_MEDICINE = "SM25";

  /** The sector of table R02: prevention and care in companies. */
  private static final String OCCUPATIONAL_SECTOR = "SA13";

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
          "payer",
          "operator",
          BarredParty.ROLE);

  /** The traits that the token gives, as they are recorded with an opening. */
  public PatientIdentity identity(PatientRef of) {
    return new PatientIdentity(
        of, familyName, givenName, birthDate, sex, Optional.empty(), Optional.empty());
  }

  /**
   * In which of several exercises and structures a professional acts, where the request says so.
   *
   * @param exercise its place in the token, from 0
   */
  record Choice(Optional<Integer> exercise, Optional<NationalId> structure) {}

  static Caller of(JsonWebToken token, Set<String> roles, Choice choice) {
    Capacity capacity = capacity(token, roles, choice);
    // What is a patient's own is so for a patient only, whoever else may be sent these claims.
    boolean patient = capacity.actor().role() == Actor.Role.OWNER;
    return new Caller(
        token.getSubject(),
        capacity.actor(),
        text(token, "azp").orElse(""),
        roles,
        text(token, "patient_ref").filter(_ -> patient).flatMap(PatientRef::parse),
        text(token, "ins").filter(_ -> patient).flatMap(Ins::parse),
        text(token, "Acces_Regulation_Medicale").filter("VRAI"::equals).isPresent(),
        capacity.occupational(),
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

  /** As what somebody acts in this request. */
  private record Capacity(Actor actor, boolean occupational) {
    static Capacity of(Actor.Role role, Optional<String> id) {
      return new Capacity(new Actor(role, id, Optional.empty(), Optional.empty()), false);
    }
  }

  private static Capacity capacity(JsonWebToken token, Set<String> roles, Choice choice) {
    if (roles.stream().filter(CAPACITIES::contains).count() > 1) {
      // In which capacity would such an account act, and under which name be traced?
      throw new Refusal(RequestProblem.ROLES_CONFLICT);
    }
    Optional<String> account = Optional.of(token.getSubject());
    // A party that the law bars stays barred, whatever other roles its account was given.
    if (roles.contains(BarredParty.ROLE)) {
      return Capacity.of(Actor.Role.BARRED, account);
    }
    if (roles.contains("professional")) {
      return professional(token, choice);
    }
    if (roles.contains("patient")) {
      return Capacity.of(Actor.Role.OWNER, Optional.empty());
    }
    if (roles.contains("decisions") || roles.contains("registry")) {
      return Capacity.of(Actor.Role.SERVICE, text(token, "azp"));
    }
    for (String role : List.copyOf(ROLES.keySet())) {
      if (roles.contains(role)) {
        return Capacity.of(ROLES.get(role), account);
      }
    }
    return Capacity.of(Actor.Role.BARRED, account);
  }

  private static Capacity professional(JsonWebToken token, Choice choice) {
    NationalId id =
        text(token, "SubjectNameID")
            .flatMap(NationalId::parse)
            .orElseThrow(() -> new Refusal(RequestProblem.CLAIM_MISSING));
    List<JsonObject> exercises = exercises(token);
    boolean several = exercises.size() > 1;
    JsonObject exercise = several ? chosen(exercises, choice) : first(exercises);
    Optional<NationalId> structure = structure(token, exercise, several, choice);
    return new Capacity(
        new Actor(
            Actor.Role.PROFESSIONAL,
            Optional.of(id.value()),
            Optional.of(exercise.getString("codeProfession", ""))
                .filter(code -> !code.isEmpty())
                .or(() -> several ? Optional.empty() : roleOfSubject(token)),
            structure),
        isOccupational(token, exercise, several, structure));
  }

  private static JsonObject first(List<JsonObject> exercises) {
    return exercises.isEmpty() ? JsonValue.EMPTY_JSON_OBJECT : exercises.getFirst();
  }

  private static JsonObject chosen(List<JsonObject> exercises, Choice choice) {
    return choice
        .exercise()
        .filter(index -> index >= 0 && index < exercises.size())
        .map(exercises::get)
        .orElseThrow(() -> new Refusal(RequestProblem.EXERCISE_NOT_CHOSEN));
  }

  /** Of several, the one that the request names, or else the token. */
  private static Optional<NationalId> structure(
      JsonWebToken token, JsonObject exercise, boolean several, Choice choice) {
    Optional<NationalId> named = text(token, "SubjectOrganizationID").flatMap(NationalId::parse);
    Set<NationalId> possible =
        activities(exercise).stream()
            .flatMap(activity -> structure(activity).stream())
            .collect(Collectors.toCollection(LinkedHashSet::new));
    if (choice.structure().isPresent()) {
      return Optional.of(
          Refusal.unless(
              choice
                  .structure()
                  .filter(
                      asked ->
                          possible.contains(asked)
                              || (!several && named.equals(Optional.of(asked)))),
              RequestProblem.STRUCTURE_NOT_CHOSEN));
    }
    if (possible.size() > 1) {
      return Optional.of(
          Refusal.unless(named.filter(possible::contains), RequestProblem.STRUCTURE_NOT_CHOSEN));
    }
    Optional<NationalId> only = possible.stream().findFirst();
    return several ? only : named.or(() -> only);
  }

  private static boolean isOccupational(
      JsonWebToken token, JsonObject exercise, boolean several, Optional<NationalId> structure) {
    boolean bySector =
        activities(exercise).stream()
            .filter(activity -> structure(activity).equals(structure))
            .anyMatch(
                activity ->
                    activity.getString("codeSecteurDactivite", "").equals(OCCUPATIONAL_SECTOR));
    boolean byTokensSector =
        !several
            && text(token, "Secteur_Activite")
                .filter(sector -> sector.split("\\^", 2)[0].equals(OCCUPATIONAL_SECTOR))
                .isPresent();
    return exercise.getString("codeSavoirFaire", "").equals(OCCUPATIONAL_MEDICINE)
        || bySector
        || byTokensSector;
  }

  private static List<JsonObject> activities(JsonObject exercise) {
    return exercise.get("activities") instanceof JsonArray activities
        ? objects(activities)
        : List.of();
  }

  private static Optional<NationalId> structure(JsonObject activity) {
    return NationalId.parse("3" + activity.getString("numeroFinessSite", ""));
  }

  private static List<JsonObject> objects(JsonArray array) {
    return array.stream().filter(JsonObject.class::isInstance).map(JsonObject.class::cast).toList();
  }

  private static List<JsonObject> exercises(JsonWebToken token) {
    Object claim = token.getClaim("SubjectRefPro");
    return claim instanceof JsonObject object && object.get("exercices") instanceof JsonArray array
        ? objects(array)
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
