package fr.carnet.ingest.querying;

import fr.carnet.ingest.keeping.Rules;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The table of rules for a line, as it is set here. */
@Path("/rules")
@RunOnVirtualThread
@Tag(name = "Deliveries")
public class RulesResource {
  @Inject Rules rules;

  /** Every rule. */
  public record Table(List<Rules.Rule> rules) {}

  /** Every rule, with its fields, its sentences and whether it only warns here. */
  @GET
  @RolesAllowed({"billing", "operator"})
  @Operation(
      summary = "What is asked of a line: code, fields, sentences, and whether it only warns")
  public Table rules() {
    return new Table(rules.table());
  }
}
