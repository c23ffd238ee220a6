package fr.carnet.access.recalling;

import fr.carnet.access.deciding.AccessRefusal;
import fr.carnet.access.deciding.AccessRules;
import fr.carnet.access.deciding.DecisionFacts;
import fr.carnet.access.deciding.DecisionFacts.Dossier;
import fr.carnet.access.deciding.Explanation;
import fr.carnet.access.deciding.Policies;
import fr.carnet.access.deciding.Standing;
import fr.carnet.access.deciding.Who;
import fr.carnet.access.deciding.Who.Represents;
import fr.carnet.access.projecting.AccessEvents;
import fr.carnet.access.projecting.AccessEvents.Recalled;
import fr.carnet.access.projecting.AccessEvents.Recorded;
import fr.carnet.access.projecting.KnownDossiers;
import fr.carnet.access.projecting.KnownDossiers.Decided;
import fr.carnet.access.tracing.Traces;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.access.DecisionRequest;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.trace.AccessTraced;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.Actor.Role;
import fr.carnet.events.trace.PurposeOfUse;
import fr.carnet.eventstore.CaughtUp;
import fr.carnet.eventstore.StoreRefusal;
import fr.carnet.resourceserver.Caller;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.RequestProblem;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * Who can see a dossier, who could, and why. An instant is the clock of the database that recorded
 * the events; one in the past is answered from the events recorded up to it, by the policy of that
 * instant, and by whether this service knew the dossier to be open then.
 */
@Path("/dossiers/{dossierId}/access")
@RunOnVirtualThread
@Tag(name = "The patient looks")
public class RecallingResource {
  @Inject CurrentCaller currentCaller;
  @Inject KnownDossiers knownDossiers;
  @Inject AccessEvents events;
  @Inject Policies policies;
  @Inject CaughtUp caughtUp;
  @Inject Traces traces;

  /**
   * Who can see the dossier.
   *
   * @param at the instant it is about; UTC
   * @param accessVersion version of the dossier's access stream that this stands on
   * @param who everyone who can, and by which rule
   * @param blocked professionals who cannot, whatever else is said
   */
  public record WhoCanSee(
      Instant at, long accessVersion, String policyVersion, List<Who> who, List<String> blocked) {
    public WhoCanSee {
      who = List.copyOf(who);
      blocked = List.copyOf(blocked);
    }
  }

  /**
   * What changed between two instants.
   *
   * @param gained who could see at the later one and not, or not so, at the earlier
   * @param lost the other way round
   * @param events that were recorded after the earlier one, up to the later
   */
  public record Changes(
      WhoCanSee before, WhoCanSee after, List<Who> gained, List<Who> lost, List<Recorded> events) {
    public Changes {
      gained = List.copyOf(gained);
      lost = List.copyOf(lost);
      events = List.copyOf(events);
    }
  }

  /** Who can see it, now or at an instant. */
  @GET
  @RolesAllowed("patient")
  @Operation(
      summary = "Who can see the dossier now, or could at an instant, and by which rule",
      description =
          "`at` is an instant in the past (UTC), for an adult's guardian not before they began."
              + " The answer names the version of the access stream that it stands on. Not for who"
              + " acts for a minor.")
  public WhoCanSee access(String dossierId, @QueryParam("at") String at) throws SQLException {
    Decided asked = knownDossiers.knownWhollyBy(currentCaller.get(), dossierId);
    return whoCanSee(asked.dossier(), recall(asked, instant(at, "at")));
  }

  /** What changed. */
  @GET
  @Path("/changes")
  @RolesAllowed("patient")
  @Operation(summary = "Who gained and who lost sight of the dossier between two instants")
  public Changes changes(
      String dossierId, @QueryParam("from") String from, @QueryParam("until") String until)
      throws SQLException {
    Decided asked = knownDossiers.knownWhollyBy(currentCaller.get(), dossierId);
    DossierRegistered dossier = asked.dossier();
    Optional<Instant> first =
        Optional.of(Refusal.unless(instant(from, "from"), RequestProblem.FIELD_MISSING, "from"));
    At before = recall(asked, first);
    At after = recall(asked, instant(until, "until"));
    if (after.instant().isBefore(before.instant())) {
      throw new Refusal(AccessRefusal.INSTANT_INVALID, "until");
    }
    WhoCanSee then = whoCanSee(dossier, before);
    WhoCanSee later = whoCanSee(dossier, after);
    return new Changes(
        then,
        later,
        later.who().stream().filter(who -> !then.who().contains(who)).toList(),
        then.who().stream().filter(who -> !later.who().contains(who)).toList(),
        after.recalled().events().stream()
            .filter(event -> event.version() > before.recalled().standing().version())
            .toList());
  }

  /** Could this professional, or who represents the owner, see it, and why. */
  @GET
  @Path("/explanation")
  @RolesAllowed({"patient", "privacy-officer"})
  @Operation(
      summary = "Why somebody can or cannot see the dossier: every rule, met or not",
      description =
          "For the owner and the privacy officer. Now, or at an instant in the past (`at`). Who is"
              + " asked about: `professional` and `structure` by their national ids, `profession` by"
              + " table G15; in which situation: `purpose`, whether a `reason` was given, whether"
              + " with the claim of medical `regulation`, whether in `occupational` medicine. Or who"
              + " acts for the owner: `representation`, its id.")
  public Explanation explanation(
      String dossierId,
      @QueryParam("professional") String professional,
      @QueryParam("representation") String representation,
      @QueryParam("profession") @DefaultValue("10") String profession,
      @QueryParam("structure") String structure,
      @QueryParam("purpose") @DefaultValue("normal") String purpose,
      @QueryParam("reason") boolean reason,
      @QueryParam("regulation") boolean regulation,
      @QueryParam("occupational") boolean occupational,
      @QueryParam("at") String at)
      throws SQLException {
    Caller caller = currentCaller.get();
    boolean officer = caller.actor().role() == Role.PRIVACY_OFFICER;
    Optional<DossierRegistered> dossier =
        officer
            ? knownDossiers.known(dossierId)
            : Optional.of(knownDossiers.ownedBy(caller, dossierId));
    Optional<UUID> represents = Optional.ofNullable(representation).map(RecallingResource::id);
    Actor asked =
        represents.isPresent()
            ? Actor.anonymous(Role.OWNER)
            : professional(professional, profession, structure);
    DecisionRequest request =
        new DecisionRequest(
            dossier.map(DossierRegistered::dossierId).orElse(new UUID(0, 0)),
            asked,
            Optional.empty(),
            Refusal.unless(PurposeOfUse.parse(purpose), AccessRefusal.PURPOSE_UNKNOWN, "purpose"),
            regulation,
            reason,
            false,
            occupational);
    At then = recall(request.dossierId(), instant(at, "at"));
    DecisionFacts facts =
        dossier
            .flatMap(known -> then.facts(request, known, represents))
            .orElseGet(() -> unknown(request, then));
    Explanation explanation = AccessRules.explain(request, facts, policies);
    if (officer && dossier.isPresent()) {
      trace(caller.actor(), request.dossierId(), explanation.decision());
    }
    return explanation;
  }

  private static UUID id(String representation) {
    try {
      return UUID.fromString(representation);
    } catch (IllegalArgumentException e) {
      throw new Refusal(RequestProblem.IDENTIFIER_INVALID, "representation");
    }
  }

  private static Actor professional(String professional, String profession, String structure) {
    String person =
        Refusal.unless(
            Optional.ofNullable(professional), RequestProblem.FIELD_MISSING, "professional");
    return new Actor(
        Role.PROFESSIONAL,
        Optional.of(
            Refusal.unless(
                    NationalId.parse(person).filter(NationalId::isOfPerson),
                    RequestProblem.IDENTIFIER_INVALID,
                    "professional")
                .value()),
        Optional.of(profession),
        Optional.ofNullable(structure)
            .map(
                text ->
                    Refusal.unless(
                        NationalId.parse(text).filter(NationalId::isOfStructure),
                        RequestProblem.IDENTIFIER_INVALID,
                        "structure")));
  }

  private static DecisionFacts unknown(DecisionRequest request, At then) {
    return Standing.NONE.factsFor(request, then.instant(), Optional.empty(), false);
  }

  private WhoCanSee whoCanSee(DossierRegistered dossier, At then) {
    Standing standing = then.recalled().standing();
    return new WhoCanSee(
        then.instant(),
        standing.version(),
        policies.at(then.instant()).version(),
        then.dossier(dossier)
            .map(
                known ->
                    Who.canSee(
                        standing,
                        then.instant(),
                        known,
                        then.recalled().representatives(),
                        then.recalled().stopped(),
                        policies))
            .orElse(List.of()),
        standing.blocked().stream().map(NationalId::value).sorted().toList());
  }

  /** The stream at an instant. */
  private record At(Instant instant, boolean past, Recalled recalled) {
    /** Whose it was does not change; nothing, where nobody knew of it yet. */
    Optional<Dossier> dossier(DossierRegistered known) {
      return (past ? recalled.state() : Optional.of(known.state()))
          .map(state -> new Dossier(known.patientRefs(), state));
    }

    Optional<DecisionFacts> facts(
        DecisionRequest request, DossierRegistered known, Optional<UUID> represents) {
      return dossier(known)
          .map(
              of ->
                  recalled
                      .standing()
                      .factsFor(request, instant, Optional.of(of), recalled.stopped()))
          .map(facts -> representative(represents).map(acting -> acting.in(facts)).orElse(facts));
    }

    private Optional<Represents> representative(Optional<UUID> id) {
      return recalled.representatives().stream()
          .filter(acting -> id.equals(Optional.of(acting.representationId())))
          .findFirst();
    }
  }

  /** Whom the patient let in before a guardian began is the patient's (ADR 21). */
  private At recall(Decided by, Optional<Instant> asked) throws SQLException {
    if (asked.isPresent() && by.since().filter(asked.get()::isBefore).isPresent()) {
      throw new Refusal(AccessRefusal.INSTANT_INVALID);
    }
    return recall(by.dossier().dossierId(), asked);
  }

  private At recall(UUID dossierId, Optional<Instant> asked) throws SQLException {
    if (!caughtUp.reached()) {
      throw new Refusal(AccessRefusal.NOT_READY);
    }
    Recalled recalled = events.upTo(dossierId, asked);
    if (asked.isEmpty()) {
      return new At(recalled.now(), false, recalled);
    }
    if (asked.get().isAfter(recalled.now()) || policies.inForceAt(asked.get()).isEmpty()) {
      throw new Refusal(AccessRefusal.INSTANT_INVALID);
    }
    if (recalled.stopped()) {
      // What is missing may be of before that instant.
      throw new Refusal(StoreRefusal.STREAM_STOPPED);
    }
    return new At(asked.get(), true, recalled);
  }

  private static Optional<Instant> instant(String text, String field) {
    try {
      return Optional.ofNullable(text).map(Instant::parse);
    } catch (DateTimeException e) {
      throw new Refusal(AccessRefusal.INSTANT_INVALID, field);
    }
  }

  /** An officer looks at somebody else's wishes: that is told to who reads the log. */
  private void trace(Actor officer, UUID dossierId, AccessDecision decision) throws SQLException {
    traces.put(
        dossierId,
        new AccessTraced(
            officer,
            PurposeOfUse.NORMAL,
            "explain-access",
            AccessTraced.Outcome.RELEASED,
            "PRIVACY_OFFICER",
            Optional.empty(),
            Optional.of(decision.policyVersion()),
            Optional.of(decision.accessVersion()),
            List.of(),
            Optional.empty()));
  }
}
