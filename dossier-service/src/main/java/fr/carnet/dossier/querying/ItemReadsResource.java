package fr.carnet.dossier.querying;

import fr.carnet.dossier.querying.HeldItem.Version;
import fr.carnet.dossier.querying.HeldItems.Selection;
import fr.carnet.dossier.querying.Reading.Released;
import fr.carnet.dossier.showing.Viewer;
import fr.carnet.events.Wire;
import fr.carnet.events.content.ItemKind;
import fr.carnet.events.content.Mask;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Refusal;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.nio.charset.StandardCharsets;
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
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What a dossier holds beside care. */
@Path("/dossiers/{dossierId}")
@Produces(MediaType.APPLICATION_JSON)
@Authenticated
@RunOnVirtualThread
@Tag(name = "Content")
public class ItemReadsResource {
  @Inject Reading reading;
  @Inject CurrentCaller current;

  /**
   * A page of items, the newest first.
   *
   * @param next give it as {@code cursor} for the next page; absent on the last
   */
  public record ItemPage(List<HeldItem> items, Optional<String> next) {}

  /**
   * An item, and what it said before.
   *
   * @param versions earlier ones, the newest first; to the owner, who acts for the owner, and the
   *     item's author
   */
  public record ItemWithVersions(HeldItem item, List<Version> versions) {}

  /** What the patient hides from professionals. */
  public record SetMask(UUID maskId, Instant setAt, Mask mask) {}

  /** All of it. */
  public record Masks(List<SetMask> masks) {}

  /** The items. */
  @GET
  @Path("/items")
  @Operation(
      summary = "What a dossier holds beside care, the newest first",
      description = "kind filters; cursor is the next of the page before; limit 1 to 200.")
  public ItemPage items(
      UUID dossierId,
      @QueryParam("kind") String kind,
      @QueryParam("cursor") String cursor,
      @QueryParam("limit") @DefaultValue("50") String limit,
      @HeaderParam("Carnet-Purpose") String purpose,
      @HeaderParam("Carnet-Reason") String reason)
      throws SQLException {
    Optional<ItemKind> only = kind(kind);
    Optional<UUID> after = id(cursor, ReadingRefusal.CURSOR_INVALID);
    int most = DossierReadsResource.limit(limit);
    return reading.readItems(
        DossierReadsResource.asked(dossierId, "read-items", purpose, reason),
        (tx, decision) -> {
          List<HeldItem> found =
              HeldItems.select(
                  tx,
                  dossierId,
                  Viewer.of(decision, current.get().actor()),
                  new Selection(only, after, most + 1));
          List<HeldItem> shown = found.stream().limit(most).toList();
          Optional<String> next =
              found.size() > most
                  ? Optional.of(shown.getLast().itemId().toString())
                  : Optional.empty();
          return new Released<>(
              new ItemPage(shown, next),
              shown.stream().map(item -> item.itemId().toString()).toList());
        });
  }

  /** One item. */
  @GET
  @Path("/items/{itemId}")
  @Operation(
      summary = "One item",
      description =
          "With its earlier versions, to the owner, to who acts for the owner, and to its author.")
  public ItemWithVersions item(
      UUID dossierId,
      UUID itemId,
      @HeaderParam("Carnet-Purpose") String purpose,
      @HeaderParam("Carnet-Reason") String reason)
      throws SQLException {
    Optional<ItemWithVersions> found =
        reading.readItems(
            DossierReadsResource.asked(dossierId, "read-item", purpose, reason),
            (tx, decision) -> {
              Viewer viewer = Viewer.of(decision, current.get().actor());
              Optional<HeldItem> item = HeldItems.one(tx, dossierId, viewer, itemId);
              return item.isEmpty()
                  ? new Released<>(Optional.empty(), List.of())
                  : new Released<>(
                      Optional.of(
                          new ItemWithVersions(
                              item.get(), HeldItems.versions(tx, dossierId, viewer, item.get()))),
                      List.of(itemId.toString()));
            });
    return Refusal.unless(found, ReadingRefusal.ITEM_NOT_FOUND);
  }

  /** The masks. */
  @GET
  @Path("/masks")
  @Operation(summary = "What the owner hides from professionals", description = "For the owner.")
  public Masks masks(UUID dossierId) throws SQLException {
    return reading.readOwn(
        DossierReadsResource.asked(dossierId, "read-masks", null, null),
        (tx, _) -> new Released<>(new Masks(masks(tx, dossierId)), List.of()));
  }

  static List<SetMask> masks(Connection tx, UUID dossierId) throws SQLException {
    try (PreparedStatement select =
        tx.prepareStatement(
            """
            SELECT mask_id, set_at, body FROM mask WHERE dossier_id = ? ORDER BY set_at, mask_id
            """)) {
      select.setObject(1, dossierId);
      List<SetMask> masks = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          masks.add(
              new SetMask(
                  row.getObject(1, UUID.class),
                  row.getObject(2, OffsetDateTime.class).toInstant(),
                  Wire.read(row.getString(3).getBytes(StandardCharsets.UTF_8), Mask.class)));
        }
      }
      return masks;
    }
  }

  static Optional<ItemKind> kind(String name) {
    if (name == null) {
      return Optional.empty();
    }
    return Optional.of(
        Refusal.unless(
            Arrays.stream(ItemKind.values()).filter(kind -> kind.name().equals(name)).findFirst(),
            ReadingRefusal.KIND_UNKNOWN));
  }

  private static Optional<UUID> id(String text, ReadingRefusal otherwise) {
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(UUID.fromString(text));
    } catch (IllegalArgumentException e) {
      throw new Refusal(otherwise);
    }
  }
}
