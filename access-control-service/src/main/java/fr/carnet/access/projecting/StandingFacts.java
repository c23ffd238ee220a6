package fr.carnet.access.projecting;

import fr.carnet.access.deciding.DecisionFacts;
import fr.carnet.events.access.DecisionRequest;
import fr.carnet.events.access.Grantee;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.dossier.Representative;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.eventstore.Projection;
import fr.carnet.eventstore.StreamRecovery;
import fr.carnet.resourceserver.ShippedFile;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import javax.sql.DataSource;

/**
 * Reads what a decision looks at, in one statement and so at one instant: what was committed before
 * it began is in it. Nothing is kept between two decisions.
 */
@ApplicationScoped
public class StandingFacts {
  /** In a file of its own, so that the benchmark sends the same one. */
  private static final String SQL = statement("standing-facts.sql");

  /** No national id and no pseudonym is empty, so that it matches nothing. */
  private static final String NOBODY = "";

  @Inject DataSource dataSource;

  /** The consumers of what this service knows; something parked there stops a dossier. */
  private final Projection grants = new AccessGrantsProjection();

  private static String statement(String resource) {
    try {
      return new String(ShippedFile.bytes(resource), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the database knows now about this dossier and the one who asks. */
  public DecisionFacts read(DecisionRequest request) throws SQLException {
    return read(List.of(request)).getFirst();
  }

  /** The same about several, all at one instant; in the order of the requests. */
  public List<DecisionFacts> read(List<DecisionRequest> requests) throws SQLException {
    try (var connection = dataSource.getConnection();
        PreparedStatement select = connection.prepareStatement(SQL)) {
      select.setString(1, DossierRegistryProjection.NAME);
      select.setString(2, StreamRecovery.consumer(grants));
      select.setArray(3, array(connection, "uuid", requests, DecisionRequest::dossierId));
      select.setArray(
          4, array(connection, "text", requests, request -> request.actor().id().orElse(NOBODY)));
      select.setArray(
          5,
          array(
              connection,
              "text",
              requests,
              request -> request.actor().structure().map(NationalId::value).orElse(NOBODY)));
      select.setArray(
          6,
          array(
              connection,
              "text",
              requests,
              request -> request.patientRef().map(PatientRef::value).orElse(NOBODY)));
      List<DecisionFacts> facts = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        boolean more = rows.next();
        while (more) {
          FactsAndMore read = facts(rows);
          facts.add(read.facts());
          more = read.more();
        }
      }
      return facts;
    }
  }

  private static Array array(
      Connection connection,
      String type,
      List<DecisionRequest> requests,
      Function<DecisionRequest, Object> value)
      throws SQLException {
    return connection.createArrayOf(type, requests.stream().map(value).toArray());
  }

  /** What is known for one request, and whether the rows go on with another. */
  private record FactsAndMore(DecisionFacts facts, boolean more) {}

  /** All rows of a request say the same but for the grant. */
  private static FactsAndMore facts(ResultSet rows) throws SQLException {
    long place = rows.getLong("place");
    Instant at = instant(rows, "at").orElseThrow();
    Optional<DecisionFacts.Dossier> dossier = dossier(rows);
    boolean stopped = rows.getBoolean("stopped");
    long version = rows.getLong("version");
    Optional<DecisionFacts.Representation> representation = representation(rows);
    boolean blocked = rows.getBoolean("blocked");
    boolean treating = rows.getBoolean("treating");
    boolean breakGlassOpposed = rows.getBoolean("break_glass_opposed");
    boolean regulationOpposed = rows.getBoolean("regulation_opposed");
    List<DecisionFacts.Grant> grants = new ArrayList<>();
    boolean more;
    do {
      Optional<UUID> grantId = Optional.ofNullable(rows.getObject("grant_id", UUID.class));
      if (grantId.isPresent()) {
        grants.add(grant(rows, grantId.get()));
      }
      more = rows.next();
    } while (more && rows.getLong("place") == place);
    return new FactsAndMore(
        new DecisionFacts(
            at,
            dossier,
            stopped,
            version,
            representation,
            blocked,
            treating,
            breakGlassOpposed,
            regulationOpposed,
            grants),
        more);
  }

  private static Optional<DecisionFacts.Representation> representation(ResultSet row)
      throws SQLException {
    Optional<UUID> id = Optional.ofNullable(row.getObject("representation_id", UUID.class));
    if (id.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new DecisionFacts.Representation(
            id.get(),
            instant(row, "represented_from").orElseThrow(),
            instant(row, "represented_until"),
            Optional.of(Representative.Kind.valueOf(row.getString("represented_as")))));
  }

  private static Optional<DecisionFacts.Dossier> dossier(ResultSet row) throws SQLException {
    Array refs = row.getArray("patient_refs");
    if (refs == null) {
      return Optional.empty();
    }
    return Optional.of(
        new DecisionFacts.Dossier(
            Arrays.stream((String[]) refs.getArray()).map(PatientRef::new).toList(),
            DossierRegistered.State.valueOf(row.getString("state"))));
  }

  private static DecisionFacts.Grant grant(ResultSet row, UUID grantId) throws SQLException {
    return new DecisionFacts.Grant(
        grantId,
        new Grantee(
            Grantee.Kind.valueOf(row.getString("grantee_kind")),
            new NationalId(row.getString("grantee"))),
        instant(row, "valid_from").orElseThrow(),
        instant(row, "valid_until"),
        row.getBoolean("revoked"));
  }

  private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }
}
