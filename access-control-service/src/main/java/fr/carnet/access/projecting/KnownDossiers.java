package fr.carnet.access.projecting;

import fr.carnet.access.counting.Refusals;
import fr.carnet.access.deciding.AccessRefusal;
import fr.carnet.events.Wire;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.dossier.Representative;
import fr.carnet.events.identity.Ins;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.events.trace.Actor;
import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.Caller;
import fr.carnet.resourceserver.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.WebApplicationException;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import org.jboss.logging.Logger;

/**
 * What is known of dossiers; what is not yet known is asked for, and kept as if it had arrived.
 *
 * <p>Before anybody is refused, the dossier-service is asked, whether or not the dossier is known
 * here: so neither the time that a refusal takes, nor an outage, tells that there is a dossier.
 */
@ApplicationScoped
public class KnownDossiers {
  private static final Logger LOG = Logger.getLogger(KnownDossiers.class);
  private static final int NOT_FOUND = 404;

  private static final String DECIDING_NOW =
      """
      dossier_id = ? AND kind = ANY (?) AND valid_from <= clock_timestamp()
      AND (valid_until IS NULL OR valid_until > clock_timestamp())
      """;

  /** A patient whose dossier it is not. */
  private static final Actor STRANGER = Actor.anonymous(Actor.Role.OTHER_PATIENT);

  @Inject DataSource dataSource;
  @Inject @RestClient RegistryOfDossiers registry;
  @Inject Refusals refusals;

  /**
   * The dossier, for its owner.
   *
   * @throws Refusal with one and the same code when there is none and when it is somebody else's,
   *     and with another, just as alike, once that was too often
   */
  public DossierRegistered ownedBy(Caller caller, String dossierId) throws SQLException {
    Optional<DossierRegistered> own = own(caller, dossierId);
    if (own.isEmpty()) {
      throw refused(caller, dossierId, STRANGER);
    }
    return own.get();
  }

  /** Every refusal of somebody who has no standing passes here: it is counted, and traced. */
  private Refusal refused(Caller caller, String dossierId, Actor actor) throws SQLException {
    Optional<UUID> id = parsed(dossierId);
    Optional<DossierRegistered> dossier = id.isPresent() ? arrived(id.get()) : Optional.empty();
    return refusals.counted(
        caller,
        AccessRefusal.NO_STANDING,
        new Refusals.Refused(dossier.map(DossierRegistered::dossierId), actor, "decide-access"));
  }

  private Optional<DossierRegistered> own(Caller caller, String dossierId) throws SQLException {
    Optional<PatientRef> owner = patient(caller);
    Optional<UUID> id = parsed(dossierId);
    if (owner.isEmpty() || id.isEmpty()) {
      return Optional.empty();
    }
    Optional<DossierRegistered> owned = owned(id.get(), owner.get());
    return owned.isEmpty() && learn(id.get()) ? owned(id.get(), owner.get()) : owned;
  }

  private static Optional<PatientRef> patient(Caller caller) {
    return caller.actor().role() == Actor.Role.OWNER ? caller.patientRef() : Optional.empty();
  }

  /** The dossier, for who may know whether there is one. */
  public Optional<DossierRegistered> known(String dossierId) throws SQLException {
    UUID id = Refusal.unless(parsed(dossierId), AccessRefusal.NO_STANDING);
    learn(id);
    return arrived(id);
  }

  /**
   * A dossier, and who decides about it.
   *
   * @param representation by which somebody decides in the owner's stead; absent: the owner
   */
  public record Decided(DossierRegistered dossier, Optional<Representation> representation) {
    /** As whom it is kept: of who acts for the owner the representation, not who they are. */
    public Actor actor() {
      return representation
          .map(
              by ->
                  new Actor(
                      Actor.Role.REPRESENTATIVE,
                      Optional.of(by.id().toString()),
                      Optional.empty(),
                      Optional.empty()))
          .orElse(Actor.anonymous(Actor.Role.OWNER));
    }

    /**
     * Who acts for a minor knows of no more than what they and others who do said: whom a minor let
     * in or shut out, or who asks, may tell of secret care (ADR 21).
     *
     * @return the representation by which that is kept; absent: the other part shows, too
     */
    public Optional<UUID> onlyBy() {
      return representation.filter(by -> by.kind().isForMinors()).map(Representation::id);
    }

    /**
     * Since when an adult's guardian is shown what the owner is: before, the patient may have been
     * a minor. Of what is older they are shown what still held then.
     *
     * @return absent: always
     */
    public Optional<Instant> since() {
      return representation.filter(by -> !by.kind().isForMinors()).map(Representation::from);
    }
  }

  /**
   * By which somebody acts for the owner.
   *
   * @param from inclusive; UTC
   */
  public record Representation(UUID id, Representative.Kind kind, Instant from) {}

  /**
   * The dossier, for whoever may decide about it: its owner, or somebody who acts for the owner by
   * a representation that is in force and lets them decide; a person of trust does not, and nobody
   * but the owner about an archive.
   *
   * @throws Refusal as above
   */
  public Decided decidedBy(Caller caller, String dossierId) throws SQLException {
    Optional<Decided> decided = decided(caller, dossierId);
    if (decided.isEmpty()) {
      throw refused(caller, dossierId, STRANGER);
    }
    return decided.get();
  }

  /**
   * The same, for the owner and an adult's guardian alone: not for who acts for a minor.
   *
   * @throws Refusal as above
   */
  public Decided knownWhollyBy(Caller caller, String dossierId) throws SQLException {
    Decided decided = decidedBy(caller, dossierId);
    if (decided.onlyBy().isPresent()) {
      throw refused(caller, dossierId, decided.actor());
    }
    return decided;
  }

  private Optional<Decided> decided(Caller caller, String dossierId) throws SQLException {
    Optional<PatientRef> patient = patient(caller);
    Optional<UUID> id = parsed(dossierId);
    if (patient.isEmpty() || id.isEmpty()) {
      return Optional.empty();
    }
    Optional<DossierRegistered> own = owned(id.get(), patient.get());
    if (own.isPresent()) {
      return Optional.of(new Decided(own.get(), Optional.empty()));
    }
    // Asked each time: a representation that was ended must not decide for a moment more.
    learn(id.get());
    Optional<DossierRegistered> dossier = arrived(id.get());
    if (dossier.isEmpty() || dossier.get().patientRefs().contains(patient.get())) {
      return dossier.map(learnt -> new Decided(learnt, Optional.empty()));
    }
    Optional<Representation> representation =
        dossier.get().state() == DossierRegistered.State.OPEN
            ? representation(id.get(), patient.get())
            : Optional.empty();
    return representation.map(by -> new Decided(dossier.get(), Optional.of(by)));
  }

  private Optional<Representation> representation(UUID dossierId, PatientRef by)
      throws SQLException {
    try (var connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                """
                SELECT representation_id, kind, valid_from FROM representation
                WHERE %s AND patient_ref = ?
                ORDER BY representation_id LIMIT 1
                """
                    .formatted(DECIDING_NOW))) {
      bind(select, dossierId);
      select.setString(3, by.value());
      try (ResultSet row = select.executeQuery()) {
        return row.next()
            ? Optional.of(
                new Representation(
                    row.getObject(1, UUID.class),
                    Representative.Kind.valueOf(row.getString(2)),
                    row.getObject(3, OffsetDateTime.class).toInstant()))
            : Optional.empty();
      }
    }
  }

  /** Representations of this dossier that let somebody decide now, as it is known here. */
  public Set<UUID> representationsInForce(UUID dossierId) throws SQLException {
    try (var connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                "SELECT representation_id FROM representation WHERE " + DECIDING_NOW)) {
      bind(select, dossierId);
      Set<UUID> inForce = new HashSet<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          inForce.add(row.getObject(1, UUID.class));
        }
      }
      return inForce;
    }
  }

  private static void bind(PreparedStatement select, UUID dossierId) throws SQLException {
    select.setObject(1, dossierId);
    select.setArray(
        2,
        select
            .getConnection()
            .createArrayOf(
                "text",
                Arrays.stream(Representative.Kind.values())
                    .filter(Representative.Kind::decides)
                    .map(Enum::name)
                    .toArray()));
  }

  private Optional<DossierRegistered> owned(UUID dossierId, PatientRef owner) throws SQLException {
    return arrived(dossierId).filter(dossier -> dossier.patientRefs().contains(owner));
  }

  private static Optional<UUID> parsed(String dossierId) {
    try {
      return Optional.of(UUID.fromString(dossierId));
    } catch (IllegalArgumentException e) {
      // No dossier has such an id: the answer is the one for every dossier that is not there.
      return Optional.empty();
    }
  }

  private Optional<DossierRegistered> arrived(UUID dossierId) throws SQLException {
    try (var connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                """
                SELECT patient_refs, public_key, state, version, reopenings
                FROM dossier WHERE dossier_id = ?
                """)) {
      select.setObject(1, dossierId);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        Array refs = row.getArray(1);
        return Optional.of(
            new DossierRegistered(
                dossierId,
                Arrays.stream((String[]) refs.getArray()).map(PatientRef::new).toList(),
                row.getString(2),
                DossierRegistered.State.valueOf(row.getString(3)),
                row.getLong(4),
                row.getInt(5)));
      }
    }
  }

  /**
   * Asks the dossier-service for a dossier, and keeps what is new in the answer.
   *
   * @return whether something was
   * @throws Refusal when it does not answer in time: then nothing is known, and nothing allowed
   */
  public boolean learn(UUID dossierId) throws SQLException {
    Optional<DossierRegistered> answer = answer(() -> registry.registered(dossierId));
    if (answer.filter(known -> !known.dossierId().equals(dossierId)).isPresent()) {
      throw unavailable(new Wire.UnreadableFact("the registration of another dossier"));
    }
    return answer.isPresent() && kept(answer.get());
  }

  /**
   * The dossier of a person whose INS a professional has, if there is one. The dossier-service is
   * asked each time: only it can tell a person's pseudonym.
   *
   * @throws Refusal when it does not answer in time
   */
  public Optional<DossierRegistered> of(Ins ins) throws SQLException {
    Optional<DossierRegistered> answer =
        answer(() -> registry.find(new RegistryOfDossiers.Whose(ins.value())));
    if (answer.isPresent()) {
      kept(answer.get());
      return arrived(answer.get().dossierId());
    }
    return Optional.empty();
  }

  private boolean kept(DossierRegistered answer) throws SQLException {
    long known = arrived(answer.dossierId()).map(DossierRegistered::version).orElse(0L);
    if (answer.version() <= known) {
      return false;
    }
    return Transactions.run(
        dataSource,
        tx -> {
          DossierRegistryProjection.storeAnswer(tx, answer);
          return true;
        });
  }

  private static Optional<DossierRegistered> answer(Supplier<byte[]> question) {
    try {
      return Optional.of(Wire.read(question.get(), DossierRegistered.class));
    } catch (WebApplicationException e) {
      if (e.getResponse().getStatus() == NOT_FOUND) {
        return Optional.empty();
      }
      throw unavailable(e);
    } catch (RuntimeException e) {
      throw unavailable(e);
    }
  }

  private static Refusal unavailable(RuntimeException e) {
    LOG.warnf("the registry of dossiers does not answer: %s", e.getClass().getName());
    return new Refusal(AccessRefusal.REGISTRY_UNAVAILABLE);
  }
}
