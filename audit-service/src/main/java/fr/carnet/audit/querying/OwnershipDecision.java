package fr.carnet.audit.querying;

import fr.carnet.events.Wire;
import fr.carnet.events.access.AccessDecision;
import fr.carnet.events.access.DecisionRequest;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.PurposeOfUse;
import fr.carnet.resourceserver.Caller;
import fr.carnet.resourceserver.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.ProcessingException;
import jakarta.ws.rs.WebApplicationException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import org.jboss.logging.Logger;

/** Whose dossier it is: the audit-service does not know, and asks each time. */
@ApplicationScoped
class OwnershipDecision {
  private static final Logger LOG = Logger.getLogger(OwnershipDecision.class);
  private static final String OWNER = "OWNER";

  @Inject @RestClient AccessControl accessControl;

  /**
   * What access-control says of this caller and this dossier; nothing where it knows of no such
   * dossier.
   *
   * @throws Refusal when it does not answer in time: no answer means no access
   */
  Optional<AccessDecision> of(UUID dossier, Caller caller) {
    DecisionRequest request =
        new DecisionRequest(
            dossier, caller.actor(), caller.patientRef(), PurposeOfUse.NORMAL, false, false);
    try {
      String answer = accessControl.decide(new String(Wire.write(request), StandardCharsets.UTF_8));
      return Optional.of(Wire.read(answer.getBytes(StandardCharsets.UTF_8), AccessDecision.class));
    } catch (WebApplicationException e) {
      if (e.getResponse().getStatus() == 404) {
        return Optional.empty();
      }
      throw unavailable(e);
    } catch (ProcessingException | Wire.UnreadableFact e) {
      throw unavailable(e);
    } catch (RuntimeException e) {
      // The filter that fetches this service's own token fails with whatever failed.
      throw unavailable(e);
    }
  }

  /** What would be said of a dossier that there is not. */
  static AccessDecision ofNoDossier() {
    return new AccessDecision(
        false,
        AuditProblem.NO_STANDING.name(),
        Set.of(),
        false,
        Optional.empty(),
        "",
        0,
        Optional.empty());
  }

  private static Refusal unavailable(RuntimeException cause) {
    LOG.warnf("access-control gave no decision: %s", cause.getClass().getName());
    return new Refusal(AuditProblem.DECISION_UNAVAILABLE);
  }

  /** Who reads a dossier's log: its owner, and who acts for them. */
  static boolean mayReadLog(AccessDecision decision) {
    return decision.allowed() && (decision.rule().equals(OWNER) || actsForOwner(decision));
  }

  /**
   * What is theirs of what was done, where they may know of less than the owner. Of a minor all who
   * act are one part; a person of trust has a mandate to read, and no more.
   */
  static Optional<PatientsSight.Theirs> theirs(AccessDecision decision) {
    if (!actsForOwner(decision)) {
      return Optional.empty();
    }
    Actor reader = ReadTrace.reader(decision);
    Optional<PatientsSight.Theirs> own =
        Optional.of(new PatientsSight.Theirs(reader, reader.label()));
    return decision
        .representationKind()
        .map(
            kind ->
                switch (kind) {
                  case PARENT, GUARDIAN_OF_MINOR ->
                      Optional.of(
                          new PatientsSight.Theirs(
                              reader, Actor.Role.REPRESENTATIVE.label() + ":"));
                  case PERSON_OF_TRUST -> own;
                  case GUARDIAN_OF_ADULT -> Optional.<PatientsSight.Theirs>empty();
                })
        .orElse(own);
  }

  /** From when on an adult's guardian sees what the owner does: before, that may be a minor's. */
  static Optional<Instant> since(AccessDecision decision) {
    return decision
        .representedSince()
        .filter(_ -> actsForOwner(decision) && theirs(decision).isEmpty());
  }

  static boolean actsForOwner(AccessDecision decision) {
    return decision.rule().equals(AccessDecision.REPRESENTATIVE);
  }
}
