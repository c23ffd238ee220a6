package fr.carnet.dossier.arriving;

import fr.carnet.dossier.projecting.RegistryView;
import fr.carnet.events.dossier.DossierRegistered;
import fr.carnet.events.identity.Ins;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.RequestProblem;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The registry, for a service whom Kafka has not told yet. */
@Path("/registry")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Registry")
public class RegistryResource {
  @Inject DataSource dataSource;

  @Inject
  @ConfigProperty(name = "carnet.patient-ref-secret")
  String patientRefSecret;

  /** What {@code dossier.registry} says, or will say in a moment. */
  @GET
  @Path("/{dossierId}")
  @RolesAllowed("registry")
  @Operation(summary = "The registry's record of a dossier, for services")
  public DossierRegistered registered(UUID dossierId) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      return Refusal.unless(
          RegistryView.of(connection, dossierId), RequestProblem.NO_SUCH_RESOURCE);
    }
  }

  /** Whose dossier. */
  public record Whose(Optional<String> ins) {}

  /** The same, of the person with this INS; in the body, because URLs are logged. */
  @POST
  @Path("/search")
  @Consumes(MediaType.APPLICATION_JSON)
  @RolesAllowed("registry")
  @Operation(summary = "The registry's record of a person's dossier, for services")
  public DossierRegistered find(Whose whose) throws SQLException {
    Ins ins =
        Refusal.unless(
            Ins.parse(
                Refusal.unless(
                    Optional.ofNullable(whose).flatMap(Whose::ins),
                    RequestProblem.FIELD_MISSING,
                    "ins")),
            RequestProblem.IDENTIFIER_INVALID,
            "ins");
    try (Connection connection = dataSource.getConnection()) {
      return Refusal.unless(
          RegistryView.of(connection, PatientRef.of(ins, patientRefSecret)),
          RequestProblem.NO_SUCH_RESOURCE);
    }
  }
}
