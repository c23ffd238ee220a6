package fr.carnet.ingest.querying;

import fr.carnet.resourceserver.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What was rejected, for who sent it. */
@Path("/rejections")
@RunOnVirtualThread
@Tag(name = "Rejections")
public class RejectionsResource {
  @Inject DataSource dataSource;
  @Inject CurrentCaller caller;

  /**
   * Rejected lines counted by reason; a line with several reasons counts under each.
   *
   * @param lines how many lines were rejected in all
   */
  public record Counts(long lines, Map<String, Long> byReason) {}

  /** The caller's own rejections; an operator's answer counts every sender's. */
  @GET
  @Path("/counts")
  @RolesAllowed({"billing", "operator"})
  @Operation(summary = "Rejected lines by reason")
  public Counts counts() throws SQLException {
    boolean every = caller.get().roles().contains("operator");
    try (Connection connection = dataSource.getConnection()) {
      String whose = every ? "" : " WHERE sender = ?";
      Map<String, Long> byReason = new TreeMap<>();
      try (PreparedStatement select =
          connection.prepareStatement(
              "SELECT code, count(*) FROM rejection, unnest(codes) AS code"
                  + whose
                  + " GROUP BY code")) {
        bind(select, every);
        try (ResultSet row = select.executeQuery()) {
          while (row.next()) {
            byReason.put(row.getString(1), row.getLong(2));
          }
        }
      }
      try (PreparedStatement select =
          connection.prepareStatement("SELECT count(*) FROM rejection" + whose)) {
        bind(select, every);
        try (ResultSet row = select.executeQuery()) {
          row.next();
          return new Counts(row.getLong(1), byReason);
        }
      }
    }
  }

  private void bind(PreparedStatement select, boolean every) throws SQLException {
    if (!every) {
      select.setString(1, caller.get().client());
    }
  }
}
