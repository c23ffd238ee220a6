package fr.carnet.audit.watching;

import com.fasterxml.jackson.databind.ObjectMapper;
import fr.carnet.audit.proving.Witnesses;
import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.KafkaSettings;
import fr.carnet.resourceserver.WholeOrBroken;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Whether the log is whole, for those who run it and those who watch over privacy. */
@Path("/log")
@RunOnVirtualThread
@Tag(name = "The state of the log")
public class LogStateResource {
  @Inject DataSource dataSource;
  @Inject KafkaSettings kafka;
  @Inject Witnesses witnesses;
  @Inject LogWatch watch;
  @Inject ObjectMapper json;
  @Inject RoutingContext request;

  /**
   * Whether the log is complete and up to date.
   *
   * @param whole no notice is against it and nothing has waited for more than a minute
   * @param size in entries
   * @param secondsBehind since it was last known to hold all that Kafka had
   * @param searchable how many entries a search finds: the first ones
   */
  record State(
      boolean whole,
      long size,
      long secondsBehind,
      long searchable,
      List<KafkaComparison.TopicState> topics) {}

  /** How far the log is. */
  @GET
  @Path("/state")
  @RolesAllowed({"auditor", "operator", "privacy-officer"})
  @Operation(
      summary =
          "Is the log complete and up to date: per topic, how many records and seconds behind",
      description = "Asks Kafka anew.")
  public State state() throws SQLException {
    List<KafkaComparison.TopicState> topics =
        new KafkaComparison(dataSource, kafka.client()).state();
    return Transactions.run(
        dataSource,
        tx -> {
          try (var select = tx.createStatement();
              var row =
                  select.executeQuery(
                      """
                      SELECT size, (SELECT next_index FROM log_facts_head)
                      FROM log_head WHERE name = 'carnet'
                      """)) {
            row.next();
            return new State(
                watch.isWhole(tx), row.getLong(1), LogWatch.behind(tx), row.getLong(2), topics);
          }
        });
  }

  /** Who stands behind the newest checkpoint. */
  @GET
  @Path("/witnesses")
  @RolesAllowed({"auditor", "operator", "privacy-officer"})
  @Operation(
      summary = "How many witnesses stand behind the newest checkpoint, and what each answered",
      description = "Their cosignatures are lines of the checkpoint itself.")
  public Witnesses.Behind witnesses() throws SQLException {
    return Transactions.run(dataSource, witnesses::behind);
  }

  /** Compares Kafka with the log. */
  @GET
  @Path("/comparison")
  @RolesAllowed({"auditor", "operator", "privacy-officer"})
  @Produces("application/x-ndjson")
  @Operation(
      summary = "Is every record of Kafka in the log, byte for byte, and the reverse",
      description =
          "Reads all of both. A line of JSON for each partition, with what was compared and found so"
              + " far; the last line, place all, is the result. Places and counts, never content.")
  public StreamingOutput comparison() {
    return WholeOrBroken.written(
        request.request(),
        out -> {
          try {
            new KafkaComparison(dataSource, kafka.client()).compare(told -> write(out, told));
          } catch (SQLException e) {
            throw new IOException("the log cannot be read", e);
          }
        });
  }

  private void write(OutputStream out, Object line) {
    try {
      out.write((json.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
