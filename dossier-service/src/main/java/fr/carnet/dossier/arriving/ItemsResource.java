package fr.carnet.dossier.arriving;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import fr.carnet.dossier.deciding.ContentRefusal;
import fr.carnet.events.Wire;
import fr.carnet.events.content.ItemBody;
import fr.carnet.events.content.ItemContent;
import fr.carnet.events.content.Mask;
import fr.carnet.events.identity.UuidV7;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.RequestProblem;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Putting things into a dossier, replacing, taking back and hiding them. */
@Path("/dossiers/{dossierId}")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Content")
public class ItemsResource {
  @Inject ItemCommands commands;

  /**
   * An item to put in.
   *
   * @param invisibleUntilAnnounced only by professionals: the patient is not shown it before the
   *     announcement, or a month
   * @param invisibleToRepresentatives a minor's secret care
   */
  public record ItemToAdd(
      ItemContent content,
      Optional<Boolean> invisibleUntilAnnounced,
      Optional<Boolean> invisibleToRepresentatives) {}

  /** A new version of an item. */
  public record ItemToReplace(ItemContent content) {}

  /** Adds an item. */
  @POST
  @Path("/items")
  @RolesAllowed({"patient", "professional"})
  @Operation(
      summary = "Put an item into a dossier",
      description =
          "Feeding needs no grant. content.kind says what it is; documents come with their file.")
  @RequestBody(content = @Content(schema = @Schema(implementation = ItemToAdd.class)))
  @APIResponse(responseCode = "201", description = "Added")
  public Response add(UUID dossierId, String body) throws SQLException, JsonProcessingException {
    ItemToAdd asked = read(body, ItemToAdd.class);
    requireNoFile(asked.content());
    byte[] written =
        commands.add(
            dossierId,
            UuidV7.next(Clock.systemUTC()),
            new ItemBody(
                asked.content(),
                asked.invisibleUntilAnnounced().orElse(false),
                asked.invisibleToRepresentatives().orElse(false)),
            _ -> {});
    return Response.status(Response.Status.CREATED).entity(written).build();
  }

  /** Replaces an item. */
  @PUT
  @Path("/items/{itemId}")
  @RolesAllowed({"patient", "professional"})
  @Operation(summary = "Put a new version in the place of an item of one's own")
  @RequestBody(content = @Content(schema = @Schema(implementation = ItemToReplace.class)))
  public Response replace(UUID dossierId, UUID itemId, String body)
      throws SQLException, JsonProcessingException {
    ItemToReplace asked = read(body, ItemToReplace.class);
    requireNoFile(asked.content());
    return Response.ok(commands.replace(dossierId, itemId, asked.content(), _ -> {})).build();
  }

  /** Deletes an item. */
  @DELETE
  @Path("/items/{itemId}")
  @RolesAllowed({"patient", "professional"})
  @Operation(summary = "Take back an item of one's own; revoke advance directives")
  public void delete(UUID dossierId, UUID itemId) throws SQLException {
    commands.delete(dossierId, itemId);
  }

  /** Announces an item. */
  @POST
  @Path("/items/{itemId}/announcement")
  @Consumes(MediaType.WILDCARD)
  @RolesAllowed("professional")
  @Operation(summary = "Say that the patient was told of an item that was invisible until then")
  public void announce(UUID dossierId, UUID itemId) throws SQLException {
    commands.announce(dossierId, itemId);
  }

  /** Hides something from professionals. */
  @POST
  @Path("/masks")
  @RolesAllowed("patient")
  @Operation(
      summary = "Mask an item, an act, a category of care or a class of items",
      description = "of is ITEM, ACT, CATEGORY or CLASS.")
  @RequestBody(content = @Content(schema = @Schema(implementation = Mask.class)))
  @APIResponse(responseCode = "201", description = "Masked")
  public Response mask(UUID dossierId, String body) throws SQLException, JsonProcessingException {
    byte[] written =
        commands.mask(dossierId, UuidV7.next(Clock.systemUTC()), read(body, Mask.class));
    return Response.status(Response.Status.CREATED).entity(written).build();
  }

  /** Shows it again. */
  @DELETE
  @Path("/masks/{maskId}")
  @RolesAllowed("patient")
  @Operation(summary = "Lift a mask")
  public void unmask(UUID dossierId, UUID maskId) throws SQLException {
    commands.unmask(dossierId, maskId);
  }

  private static void requireNoFile(ItemContent content) {
    if (content instanceof ItemContent.Document) {
      throw new Refusal(ContentRefusal.DOCUMENT_WITHOUT_FILE, "content.kind");
    }
  }

  /**
   * Strictly, unlike other bodies: a field that a kind needs is there, or named, and so is one that
   * it does not have. What was left out of a record unseen would be lost.
   */
  private static <T> T read(String body, Class<T> type) throws JsonProcessingException {
    T read =
        Wire.JSON
            .readerFor(type)
            .with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .readValue(Optional.ofNullable(body).orElse(""));
    return Refusal.unless(Optional.ofNullable(read), RequestProblem.FIELD_MISSING, "content");
  }
}
