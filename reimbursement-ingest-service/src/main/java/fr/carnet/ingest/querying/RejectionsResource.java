package fr.carnet.ingest.querying;

import fr.carnet.events.Wire;
import fr.carnet.events.billing.LineRejected;
import fr.carnet.eventstore.Transactions;
import fr.carnet.ingest.keeping.Rules.ProbableCause;
import fr.carnet.ingest.keeping.UnderWay;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Refusal;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * What was rejected in the last 30 days, for who sent it. An operator sees every sender's, without
 * anything that was received: bytes and line ids may name people.
 */
@Path("/rejections")
@RunOnVirtualThread
@RolesAllowed({"billing", "operator"})
@Tag(name = "Rejections")
public class RejectionsResource {
  private static final int MOST = 500;

  /**
   * Of received bytes on a page, in base64; one line has up to 87,384. A page stays in memory until
   * its sender has read it, and nobody counts those that wait.
   */
  private static final int MOST_CHARACTERS = 1 << 19;

  private static final int ROWS_A_FETCH = 32;
  private static final Pattern DAY = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");

  /** One condition a parameter; null means any. */
  private static final String WHERE =
      """
      WHERE (?::text IS NULL OR sender = ?) AND (?::text IS NULL OR ? = ANY (codes))
        AND (?::text IS NULL OR cause = ?)
        AND (?::date IS NULL OR (received_at AT TIME ZONE 'Europe/Paris')::date = ?)
        AND received_at > clock_timestamp() - interval '30 days'
      """;

  private static final int PARAMETERS = 8;

  @Inject DataSource dataSource;
  @Inject CurrentCaller caller;
  @Inject UnderWay underWay;

  /**
   * Rejected lines counted by reason; a line with several reasons counts under each.
   *
   * @param lines how many lines were rejected in all
   */
  public record Counts(long lines, Map<String, Long> byReason) {}

  /**
   * One rejected line.
   *
   * @param cause lines with the same name have probably the same cause
   * @param lineId as sent, where it could be read; only for the sender
   * @param received the bytes as received, base64; only for the sender, and empty where nobody can
   *     tell whether it is secret care
   * @param madeFrom of an extract's line: the rows that it was made from, as extract/file:line, the
   *     header being line 1
   * @param correctedBy the client that corrected it, where one did
   * @param correctedTo what became of its correction
   * @param correctedFields in which fields the corrected line differs
   */
  public record Rejection(
      UUID id,
      String sender,
      Instant receivedAt,
      String cause,
      List<LineRejected.Fault> faults,
      Optional<String> lineId,
      Optional<String> received,
      List<String> madeFrom,
      Optional<Instant> correctedAt,
      Optional<String> correctedBy,
      Optional<String> correctedTo,
      List<String> correctedFields) {}

  /**
   * A page of rejections, the oldest first.
   *
   * @param next give it as {@code after} for the next page; absent on the last
   */
  public record Page(List<Rejection> rejections, Optional<UUID> next) {}

  /**
   * Lines that break the same rules in the same fields.
   *
   * @param open how many were not corrected yet
   */
  public record Cause(
      String cause,
      String probably,
      String english,
      String french,
      long lines,
      long open,
      Instant firstSeen,
      Instant lastSeen) {}

  /** Probable causes, the one with the most open lines first. */
  public record Causes(List<Cause> causes) {}

  /** The caller's own rejections, counted. */
  @GET
  @Path("/counts")
  @Operation(summary = "Rejected lines of the last 30 days by reason")
  public Counts counts(@QueryParam("day") Optional<String> day) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      Map<String, Long> byReason = new TreeMap<>();
      try (PreparedStatement select =
          connection.prepareStatement(
              "SELECT code, count(*) FROM rejection, unnest(codes) AS code "
                  + WHERE
                  + " GROUP BY code")) {
        bind(select, Optional.empty(), Optional.empty(), day);
        try (ResultSet row = select.executeQuery()) {
          while (row.next()) {
            byReason.put(row.getString(1), row.getLong(2));
          }
        }
      }
      try (PreparedStatement select =
          connection.prepareStatement("SELECT count(*) FROM rejection " + WHERE)) {
        bind(select, Optional.empty(), Optional.empty(), day);
        try (ResultSet row = select.executeQuery()) {
          row.next();
          return new Counts(row.getLong(1), byReason);
        }
      }
    }
  }

  /** Rejected lines, by reason, cause and day. */
  @GET
  @Operation(
      summary = "Rejected lines of the last 30 days, the oldest first",
      description =
          "reason is a code of /rules; cause a name of /rejections/causes; day a calendar day in"
              + " Europe/Paris; limit 1 to 500. A page may have fewer where lines are long: it is"
              + " the last only where next is absent.")
  public Page rejections(
      @QueryParam("reason") Optional<String> reason,
      @QueryParam("cause") Optional<String> cause,
      @QueryParam("day") Optional<String> day,
      @QueryParam("after") Optional<String> afterId,
      @QueryParam("limit") @DefaultValue("100") String most)
      throws SQLException {
    int limit = limit(most);
    Optional<UUID> after = afterId.map(RejectionsResource::id);
    boolean every = operator();
    try (UnderWay.Place _ = underWay.take(caller.get().client())) {
      // In a transaction, because only there the driver fetches a few rows at a time.
      return Transactions.run(
          dataSource,
          tx -> {
            try (PreparedStatement select =
                tx.prepareStatement(
                    """
                    SELECT id, sender, received_at, cause, faults, line_id, received, corrected_at,
                           corrected_by, corrected_to, coalesce(corrected_fields, '{}'),
                           coalesce(made_from, '{}')
                    FROM rejection
                    """
                        + WHERE
                        + " AND (?::uuid IS NULL OR id > ?) ORDER BY id LIMIT ?")) {
              bind(select, reason, cause, day);
              select.setObject(PARAMETERS + 1, after.orElse(null));
              select.setObject(PARAMETERS + 2, after.orElse(null));
              select.setInt(PARAMETERS + 3, limit + 1);
              select.setFetchSize(ROWS_A_FETCH);
              try (ResultSet row = select.executeQuery()) {
                return page(row, limit, every);
              }
            }
          });
    }
  }

  private static Page page(ResultSet row, int limit, boolean every) throws SQLException {
    List<Rejection> shown = new ArrayList<>();
    long characters = 0;
    while (row.next()) {
      if (shown.size() == limit || characters >= MOST_CHARACTERS) {
        return new Page(shown, Optional.of(shown.getLast().id()));
      }
      Rejection next = rejection(row, every);
      shown.add(next);
      characters += next.received().map(String::length).orElse(0);
    }
    return new Page(shown, Optional.empty());
  }

  private static Rejection rejection(ResultSet row, boolean every) throws SQLException {
    return new Rejection(
        row.getObject(1, UUID.class),
        row.getString(2),
        instant(row, 3).orElseThrow(),
        row.getString(4),
        List.of(
            Wire.read(
                row.getString(5).getBytes(StandardCharsets.UTF_8), LineRejected.Fault[].class)),
        every ? Optional.empty() : Optional.ofNullable(row.getString(6)),
        every ? Optional.empty() : Optional.of(Base64.getEncoder().encodeToString(row.getBytes(7))),
        List.of((String[]) row.getArray(12).getArray()),
        instant(row, 8),
        Optional.ofNullable(row.getString(9)),
        Optional.ofNullable(row.getString(10)),
        List.of((String[]) row.getArray(11).getArray()));
  }

  /** Rejected lines grouped by probable cause. */
  @GET
  @Path("/causes")
  @Operation(summary = "Rejected lines of the last 30 days grouped by probable cause")
  public Causes causes(@QueryParam("day") Optional<String> day) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                """
                SELECT cause, count(*), count(*) FILTER (WHERE corrected_at IS NULL),
                       min(received_at), max(received_at)
                FROM rejection
                """
                    + WHERE
                    + " GROUP BY cause ORDER BY 3 DESC, 1")) {
      bind(select, Optional.empty(), Optional.empty(), day);
      List<Cause> causes = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          ProbableCause probably = ProbableCause.of(row.getString(1));
          causes.add(
              new Cause(
                  row.getString(1),
                  probably.name(),
                  probably.english(),
                  probably.french(),
                  row.getLong(2),
                  row.getLong(3),
                  instant(row, 4).orElseThrow(),
                  instant(row, 5).orElseThrow()));
        }
      }
      return new Causes(causes);
    }
  }

  private boolean operator() {
    return caller.get().roles().contains("operator");
  }

  private void bind(
      PreparedStatement select,
      Optional<String> reason,
      Optional<String> cause,
      Optional<String> day)
      throws SQLException {
    String sender = operator() ? null : caller.get().client();
    select.setString(1, sender);
    select.setString(2, sender);
    select.setString(3, reason.map(RejectionsResource::name).orElse(null));
    select.setString(4, reason.orElse(null));
    select.setString(5, cause.map(RejectionsResource::name).orElse(null));
    select.setString(6, cause.orElse(null));
    Date on = day.map(RejectionsResource::date).orElse(null);
    select.setDate(7, on);
    select.setDate(8, on);
  }

  private static int limit(String text) {
    if (!text.matches("[1-9][0-9]{0,2}") || Integer.parseInt(text) > MOST) {
      throw new Refusal(RejectionsProblem.LIMIT_INVALID);
    }
    return Integer.parseInt(text);
  }

  private static UUID id(String text) {
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw new Refusal(RejectionsProblem.AFTER_INVALID);
    }
  }

  /** PostgreSQL's text has no NUL, nor has a code or the name of a cause. */
  private static String name(String text) {
    if (text.indexOf('\0') >= 0) {
      throw new Refusal(RejectionsProblem.FILTER_INVALID);
    }
    return text;
  }

  private static Date date(String text) {
    if (!DAY.matcher(text).matches()) {
      throw new Refusal(RejectionsProblem.DAY_INVALID);
    }
    try {
      return Date.valueOf(LocalDate.parse(text));
    } catch (DateTimeException e) {
      throw new Refusal(RejectionsProblem.DAY_INVALID);
    }
  }

  private static Optional<Instant> instant(ResultSet row, int column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }
}
