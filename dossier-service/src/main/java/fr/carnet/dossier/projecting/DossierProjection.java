package fr.carnet.dossier.projecting;

import fr.carnet.dossier.deciding.Applicant;
import fr.carnet.dossier.deciding.DossierDecider;
import fr.carnet.dossier.forgetting.Forgetting;
import fr.carnet.dossier.keys.KeyRing;
import fr.carnet.events.Sealed;
import fr.carnet.events.Topic;
import fr.carnet.events.Wire;
import fr.carnet.events.dossier.Affiliation;
import fr.carnet.events.dossier.ContentEvent;
import fr.carnet.events.dossier.DossierClosed;
import fr.carnet.events.dossier.DossierErased;
import fr.carnet.events.dossier.DossierEvent;
import fr.carnet.events.dossier.DossierOpened;
import fr.carnet.events.dossier.DossierReopened;
import fr.carnet.events.dossier.EndOfRepresentation;
import fr.carnet.events.dossier.ErasureRequested;
import fr.carnet.events.dossier.ErasureWithdrawn;
import fr.carnet.events.dossier.InsRecorded;
import fr.carnet.events.dossier.NewIns;
import fr.carnet.events.dossier.PatientIdentity;
import fr.carnet.events.dossier.ReleaseDecided;
import fr.carnet.events.dossier.ReleaseRequested;
import fr.carnet.events.dossier.ReleaseUsed;
import fr.carnet.events.dossier.Representation;
import fr.carnet.events.dossier.RepresentationEnded;
import fr.carnet.events.dossier.Representative;
import fr.carnet.events.dossier.RepresentativeRecorded;
import fr.carnet.events.dossier.Sex;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.eventstore.Projection;
import fr.carnet.eventstore.RecordedEvent;
import fr.carnet.sealing.Binding;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * {@code dossier.events} → whose dossier it is, whether it is open, and what it holds. Of an erased
 * one nothing but that a professional once opened one.
 */
@ApplicationScoped
public class DossierProjection implements Projection {
  private final KeyRing keys;
  private final Forgetting forgetting;

  /** Opens with these keys. */
  @Inject
  public DossierProjection(KeyRing keys, Forgetting forgetting) {
    this.keys = keys;
    this.forgetting = forgetting;
  }

  @Override
  public String name() {
    return "dossier";
  }

  @Override
  public List<Topic> topics() {
    return List.of(Topic.DOSSIER_EVENTS);
  }

  @Override
  public Order order() {
    return Order.CONTIGUOUS;
  }

  @Override
  public List<String> tables() {
    return List.of(
        "dossier",
        "dossier_patient",
        "release_request",
        "item",
        "item_version",
        "mask",
        "opening",
        "representation");
  }

  @Override
  public void apply(Connection tx, List<RecordedEvent> events) throws SQLException {
    Set<UUID> erased =
        keys.destroyed(tx, events.stream().map(RecordedEvent::streamId).distinct().toList());
    Map<UUID, byte[]> bodies =
        ContentRows.open(
            tx, keys, events.stream().filter(e -> !erased.contains(e.streamId())).toList());
    for (RecordedEvent event : events) {
      if (event.type().equals(DossierOpened.WIRE_NAME)) {
        Openings.note(tx, event, Wire.read(event.data(), DossierOpened.class));
      }
      if (erased.contains(event.streamId()) && !event.type().equals(DossierErased.WIRE_NAME)) {
        // The log holds it for ever, and nobody can read it.
        continue;
      }
      // A type of a later version: the stream goes on, this view does not need it.
      Optional<DossierEvent> fact = DossierEvent.ifKnown(event.type(), event.data());
      if (fact.isPresent()) {
        apply(tx, event, fact.get(), bodies);
      }
    }
  }

  private void apply(
      Connection tx, RecordedEvent event, DossierEvent fact, Map<UUID, byte[]> bodies)
      throws SQLException {
    switch (fact) {
      case DossierOpened opened -> opened(tx, event, opened);
      case DossierClosed closed -> closed(tx, event, closed);
      case DossierReopened _ -> reopened(tx, event);
      case InsRecorded recorded -> insRecorded(tx, event, recorded);
      case RepresentativeRecorded recorded -> representativeRecorded(tx, event, recorded);
      case RepresentationEnded ended -> representationEnded(tx, event, ended);
      case ErasureRequested requested -> erasureRequested(tx, event, Optional.of(requested));
      case ErasureWithdrawn _ -> erasureRequested(tx, event, Optional.empty());
      case ReleaseRequested requested -> releaseRequested(tx, event, requested);
      case ReleaseDecided decided ->
          releaseIs(
              tx,
              event,
              decided.requestId(),
              decided.release().isPresent() ? "GRANTED" : "DECLINED",
              decided.release().map(ReleaseDecided.Release::endsAt));
      case DossierErased gone ->
          forgetting.forget(tx, event.streamId(), gone.cause(), event.actor());
      case ReleaseUsed used -> releaseIs(tx, event, used.requestId(), "USED", Optional.empty());
      case ContentEvent content -> ContentRows.apply(tx, event, content, bodies);
    }
  }

  private void opened(Connection tx, RecordedEvent event, DossierOpened opened)
      throws SQLException {
    keys.requireKept(tx, event.streamId());
    Binding binding = new Binding(event.streamId(), event.id().toString(), DossierOpened.WIRE_NAME);
    PatientIdentity patient =
        Wire.read(
            keys.open(tx, new KeyRing.SealedBody(opened.identity(), binding)),
            PatientIdentity.class);
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO dossier (dossier_id, state, channel, public_key, family_name, given_name,
                                 birth_date, opened_at, version, sex, scheme, caisse, policyholder,
                                 representative_kind, representative_family_name,
                                 representative_given_name, represented_until)
            VALUES (?, 'OPEN', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)) {
      insert.setObject(1, event.streamId());
      insert.setString(2, opened.channel().name());
      insert.setString(3, opened.publicKey());
      insert.setString(4, patient.familyName().orElse(null));
      insert.setString(5, patient.givenName().orElse(null));
      insert.setDate(6, patient.birthDate().map(Date::valueOf).orElse(null));
      insert.setTimestamp(7, Timestamp.from(event.time()));
      insert.setLong(8, event.version().orElseThrow());
      insert.setString(9, patient.sex().map(Sex::name).orElse(null));
      insert.setString(10, patient.affiliation().map(Affiliation::scheme).orElse(null));
      insert.setString(11, patient.affiliation().map(Affiliation::caisse).orElse(null));
      insert.setObject(12, patient.affiliation().map(Affiliation::policyholder).orElse(null));
      Optional<Representative> by = patient.representative();
      insert.setString(13, by.map(known -> known.kind().name()).orElse(null));
      insert.setString(14, by.map(Representative::familyName).orElse(null));
      insert.setString(15, by.map(Representative::givenName).orElse(null));
      insert.setDate(
          16,
          by.filter(known -> known.kind().isForMinors())
              .flatMap(_ -> patient.birthDate())
              .map(Applicant::majority)
              .map(Date::valueOf)
              .orElse(null));
      insert.executeUpdate();
    }
    alsoKnownAs(tx, event.streamId(), patient.patientRef());
  }

  private static void alsoKnownAs(Connection tx, UUID dossierId, PatientRef patientRef)
      throws SQLException {
    try (PreparedStatement insert =
        tx.prepareStatement(
            "INSERT INTO dossier_patient (patient_ref, dossier_id) VALUES (?, ?)")) {
      insert.setString(1, patientRef.value());
      insert.setObject(2, dossierId);
      insert.executeUpdate();
    }
  }

  private void insRecorded(Connection tx, RecordedEvent event, InsRecorded recorded)
      throws SQLException {
    Binding binding = new Binding(event.streamId(), event.id().toString(), InsRecorded.WIRE_NAME);
    NewIns ins =
        Wire.read(keys.open(tx, new KeyRing.SealedBody(recorded.patient(), binding)), NewIns.class);
    alsoKnownAs(tx, event.streamId(), ins.patientRef());
    version(tx, event);
  }

  private void representativeRecorded(
      Connection tx, RecordedEvent event, RepresentativeRecorded recorded) throws SQLException {
    Representation representation =
        Wire.read(opened(tx, event, recorded.representation()), Representation.class);
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO representation (dossier_id, representation_id, patient_ref, kind,
                                        family_name, given_name, valid_from, valid_until)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """)) {
      insert.setObject(1, event.streamId());
      insert.setObject(2, recorded.representationId());
      insert.setString(3, representation.by().value());
      insert.setString(4, representation.kind().name());
      insert.setString(5, representation.familyName());
      insert.setString(6, representation.givenName());
      insert.setTimestamp(7, Timestamp.from(representation.from()));
      insert.setTimestamp(8, representation.until().map(Timestamp::from).orElse(null));
      insert.executeUpdate();
    }
    version(tx, event);
  }

  private void representationEnded(Connection tx, RecordedEvent event, RepresentationEnded ended)
      throws SQLException {
    EndOfRepresentation end = Wire.read(opened(tx, event, ended.end()), EndOfRepresentation.class);
    try (PreparedStatement update =
        tx.prepareStatement(
            """
            UPDATE representation SET ended = ?, ended_at = ?
            WHERE dossier_id = ? AND representation_id = ?
            """)) {
      update.setString(1, end.cause().name());
      update.setTimestamp(2, Timestamp.from(event.time()));
      update.setObject(3, event.streamId());
      update.setObject(4, ended.representationId());
      update.executeUpdate();
    }
    version(tx, event);
  }

  private byte[] opened(Connection tx, RecordedEvent event, Sealed sealed) throws SQLException {
    return keys.open(
        tx,
        new KeyRing.SealedBody(
            sealed, new Binding(event.streamId(), event.id().toString(), event.type())));
  }

  /** The version that the registry tells is that of the last event that it follows from. */
  private static void version(Connection tx, RecordedEvent event) throws SQLException {
    try (PreparedStatement update =
        tx.prepareStatement("UPDATE dossier SET version = ? WHERE dossier_id = ?")) {
      update.setLong(1, event.version().orElseThrow());
      update.setObject(2, event.streamId());
      update.executeUpdate();
    }
  }

  private static void closed(Connection tx, RecordedEvent event, DossierClosed closed)
      throws SQLException {
    try (PreparedStatement update =
        tx.prepareStatement(
            """
            UPDATE dossier SET state = 'CLOSED', version = ?, closed_at = ?, archive_ends_at = ?
            WHERE dossier_id = ?
            """)) {
      update.setLong(1, event.version().orElseThrow());
      update.setTimestamp(2, Timestamp.from(event.time()));
      update.setTimestamp(
          3,
          Timestamp.from(
              closed.archiveEndsAt().orElseGet(() -> DossierDecider.archiveEnd(event.time()))));
      update.setObject(4, event.streamId());
      update.executeUpdate();
    }
  }

  private static void reopened(Connection tx, RecordedEvent event) throws SQLException {
    try (PreparedStatement update =
        tx.prepareStatement(
            """
            UPDATE dossier SET state = 'OPEN', version = ?, closed_at = NULL, archive_ends_at = NULL,
                               reopenings = reopenings + 1
            WHERE dossier_id = ?
            """)) {
      update.setLong(1, event.version().orElseThrow());
      update.setObject(2, event.streamId());
      update.executeUpdate();
    }
  }

  private static void erasureRequested(
      Connection tx, RecordedEvent event, Optional<ErasureRequested> requested)
      throws SQLException {
    try (PreparedStatement update =
        tx.prepareStatement(
            """
            UPDATE dossier
            SET erasure_requested_at = ?, erasure_from = ?, erasure_deadline = ?
            WHERE dossier_id = ?
            """)) {
      update.setTimestamp(1, requested.map(r -> Timestamp.from(r.requestedAt())).orElse(null));
      update.setTimestamp(2, requested.map(r -> Timestamp.from(r.carriedOutFrom())).orElse(null));
      update.setDate(3, requested.map(r -> Date.valueOf(r.deadline())).orElse(null));
      update.setObject(4, event.streamId());
      update.executeUpdate();
    }
  }

  private static void releaseRequested(
      Connection tx, RecordedEvent event, ReleaseRequested requested) throws SQLException {
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO release_request (dossier_id, request_id, kind, state, recorded_at)
            VALUES (?, ?, ?, 'ASKED', ?)
            """)) {
      insert.setObject(1, event.streamId());
      insert.setObject(2, requested.requestId());
      insert.setString(3, requested.kind().name());
      insert.setTimestamp(4, Timestamp.from(event.time()));
      insert.executeUpdate();
    }
  }

  private static void releaseIs(
      Connection tx, RecordedEvent event, UUID requestId, String state, Optional<Instant> endsAt)
      throws SQLException {
    try (PreparedStatement update =
        tx.prepareStatement(
            """
            UPDATE release_request SET state = ?, ends_at = coalesce(?, ends_at)
            WHERE dossier_id = ? AND request_id = ?
            """)) {
      update.setString(1, state);
      update.setTimestamp(2, endsAt.map(Timestamp::from).orElse(null));
      update.setObject(3, event.streamId());
      update.setObject(4, requestId);
      update.executeUpdate();
    }
  }
}
