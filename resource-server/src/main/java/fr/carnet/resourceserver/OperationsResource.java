package fr.carnet.resourceserver;

import fr.carnet.events.Topic;
import fr.carnet.eventstore.Parking;
import fr.carnet.eventstore.Rebuild;
import fr.carnet.eventstore.StreamComparison;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What an operator does to a service: machines, no people. */
@Path("/operations")
@RolesAllowed("operator")
@RunOnVirtualThread
@Tag(name = "Operations")
public class OperationsResource {
  @Inject DataSource dataSource;
  @Inject Machinery machinery;
  @Inject KafkaSettings kafka;

  /** Records that could not be applied: where and why, never what. */
  @GET
  @Path("/parked")
  @Operation(summary = "Records that could not be applied, with the reason")
  public List<Parking.Listed> parked() throws SQLException {
    try (var connection = dataSource.getConnection()) {
      return Parking.list(connection);
    }
  }

  /** Gives a parked record up; what waited behind it is applied within half a minute. */
  @DELETE
  @Path("/parked/{id}")
  @Operation(summary = "Give a parked record up, so that what waits behind it is applied")
  public void discard(long id) throws SQLException {
    try (var connection = dataSource.getConnection()) {
      if (!Parking.discard(connection, id)) {
        throw new Refusal(RequestProblem.NO_SUCH_RESOURCE);
      }
    }
  }

  /** Compares the service's own streams with Kafka. */
  @GET
  @Path("/streams")
  @Operation(summary = "Compare the highest version of each stream of this database with Kafka's")
  public List<StreamComparison.Report> streams() throws SQLException {
    List<StreamComparison.Report> reports = new ArrayList<>();
    for (Topic topic : machinery.streams()) {
      reports.add(StreamComparison.of(dataSource, kafka.client(), topic));
    }
    return reports;
  }

  /** Makes a read model anew from Kafka while the service goes on; names the rows that differed. */
  @POST
  @Path("/rebuilds/{projection}")
  @Operation(summary = "Rebuild a read model from Kafka and compare it row for row")
  public Rebuild.Report rebuild(String projection) throws SQLException {
    return Refusal.unless(machinery.rebuildOf(projection), RequestProblem.NO_SUCH_REBUILD).run();
  }
}
