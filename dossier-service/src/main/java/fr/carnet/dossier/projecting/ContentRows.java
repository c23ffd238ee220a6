package fr.carnet.dossier.projecting;

import fr.carnet.dossier.keys.KeyRing;
import fr.carnet.events.Paris;
import fr.carnet.events.Sealed;
import fr.carnet.events.Wire;
import fr.carnet.events.content.ItemBody;
import fr.carnet.events.content.ItemContent;
import fr.carnet.events.content.Mask;
import fr.carnet.events.dossier.ContentEvent;
import fr.carnet.events.dossier.ItemAdded;
import fr.carnet.events.dossier.ItemAnnounced;
import fr.carnet.events.dossier.ItemDeleted;
import fr.carnet.events.dossier.ItemReplaced;
import fr.carnet.events.dossier.MaskLifted;
import fr.carnet.events.dossier.MaskSet;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.trace.Actor;
import fr.carnet.eventstore.RecordedEvent;
import fr.carnet.sealing.Binding;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What a dossier holds, event by event. */
final class ContentRows {
  private ContentRows() {}

  /** Opens the sealed bodies of these events at once, by event id. */
  static Map<UUID, byte[]> open(Connection tx, KeyRing keys, List<RecordedEvent> events)
      throws SQLException {
    List<UUID> ids = new ArrayList<>();
    List<KeyRing.SealedBody> bodies = new ArrayList<>();
    for (RecordedEvent event : events) {
      Optional<Sealed> sealed =
          switch (event.type()) {
            case ItemAdded.WIRE_NAME ->
                Optional.of(Wire.read(event.data(), ItemAdded.class).body());
            case ItemReplaced.WIRE_NAME ->
                Optional.of(Wire.read(event.data(), ItemReplaced.class).body());
            case MaskSet.WIRE_NAME -> Optional.of(Wire.read(event.data(), MaskSet.class).mask());
            default -> Optional.empty();
          };
      if (sealed.isPresent()) {
        ids.add(event.id());
        bodies.add(
            new KeyRing.SealedBody(
                sealed.get(), new Binding(event.streamId(), event.id().toString(), event.type())));
      }
    }
    List<byte[]> opened = keys.open(tx, bodies);
    Map<UUID, byte[]> byEvent = new HashMap<>();
    for (int i = 0; i < opened.size(); i++) {
      byEvent.put(ids.get(i), opened.get(i));
    }
    return byEvent;
  }

  static void apply(
      Connection tx, RecordedEvent event, ContentEvent content, Map<UUID, byte[]> bodies)
      throws SQLException {
    switch (content) {
      case ItemAdded added ->
          added(tx, event, added, Wire.read(bodies.get(event.id()), ItemBody.class));
      case ItemReplaced replaced ->
          replaced(
              tx, event, replaced, Wire.read(bodies.get(event.id()), ItemBody.class).content());
      case ItemDeleted deleted ->
          onItem(
              tx,
              event,
              deleted.itemId(),
              """
              UPDATE item SET deleted = true, in_force = CASE WHEN in_force IS NULL THEN NULL ELSE false END
              WHERE dossier_id = ? AND item_id = ?
              """);
      case ItemAnnounced announced -> announced(tx, event, announced.itemId());
      case MaskSet set -> maskSet(tx, event, set, Wire.read(bodies.get(event.id()), Mask.class));
      case MaskLifted lifted ->
          onItem(
              tx, event, lifted.maskId(), "DELETE FROM mask WHERE dossier_id = ? AND mask_id = ?");
    }
  }

  private static void added(Connection tx, RecordedEvent event, ItemAdded added, ItemBody body)
      throws SQLException {
    ItemContent content = body.content();
    if (content.holdsDirective()) {
      nothingElseInForce(tx, event);
    }
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO item (dossier_id, item_id, kind, class_code, author_role, author_id,
              author_profession, author_structure, added_at, changed_at, about_date, version, title,
              code_system, code, acts, body, in_force, deleted, invisible_until_announced,
              invisible_to_representatives, prescription_id)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?::jsonb, ?, false, ?, ?, ?)
            """)) {
      insert.setObject(1, event.streamId());
      insert.setObject(2, added.itemId());
      insert.setString(3, content.kind().name());
      insert.setString(4, content.classCode(added.author().role()));
      author(insert, 5, added.author());
      insert.setTimestamp(9, Timestamp.from(event.time()));
      insert.setTimestamp(10, Timestamp.from(event.time()));
      insert.setDate(11, aboutDate(event, content));
      insert.setString(12, content.title());
      insert.setString(13, content.coded().map(ItemContent.Coded::system).orElse(null));
      insert.setString(14, content.coded().map(ItemContent.Coded::code).orElse(null));
      insert.setArray(15, acts(tx, content));
      insert.setString(16, json(content));
      insert.setObject(17, content.holdsDirective() ? Boolean.TRUE : null, Types.BOOLEAN);
      insert.setBoolean(18, body.invisibleUntilAnnounced());
      insert.setBoolean(19, body.invisibleToRepresentatives());
      insert.setObject(20, prescription(content));
      insert.executeUpdate();
    }
  }

  private static void replaced(
      Connection tx, RecordedEvent event, ItemReplaced replaced, ItemContent content)
      throws SQLException {
    onItem(
        tx,
        event,
        replaced.itemId(),
        """
        INSERT INTO item_version (dossier_id, item_id, version, author_role, author_id,
          author_profession, author_structure, changed_at, title, body)
        SELECT dossier_id, item_id, version, author_role, author_id, author_profession,
          author_structure, changed_at, title, body
        FROM item WHERE dossier_id = ? AND item_id = ?
        """);
    if (content.holdsDirective()) {
      nothingElseInForce(tx, event);
    }
    try (PreparedStatement update =
        tx.prepareStatement(
            """
            UPDATE item SET class_code = ?, author_role = ?, author_id = ?, author_profession = ?,
              author_structure = ?, changed_at = ?, about_date = ?, version = version + 1,
              title = ?, code_system = ?, code = ?, acts = ?, body = ?::jsonb, in_force = ?,
              prescription_id = ?
            WHERE dossier_id = ? AND item_id = ?
            """)) {
      update.setString(1, content.classCode(replaced.author().role()));
      author(update, 2, replaced.author());
      update.setTimestamp(6, Timestamp.from(event.time()));
      update.setDate(7, aboutDate(event, content));
      update.setString(8, content.title());
      update.setString(9, content.coded().map(ItemContent.Coded::system).orElse(null));
      update.setString(10, content.coded().map(ItemContent.Coded::code).orElse(null));
      update.setArray(11, acts(tx, content));
      update.setString(12, json(content));
      update.setObject(13, content.holdsDirective() ? Boolean.TRUE : null, Types.BOOLEAN);
      update.setObject(14, prescription(content));
      update.setObject(15, event.streamId());
      update.setObject(16, replaced.itemId());
      update.executeUpdate();
    }
  }

  /** An earlier directive does not come back when the newest is revoked. */
  private static void nothingElseInForce(Connection tx, RecordedEvent event) throws SQLException {
    try (PreparedStatement update =
        tx.prepareStatement("UPDATE item SET in_force = false WHERE dossier_id = ? AND in_force")) {
      update.setObject(1, event.streamId());
      update.executeUpdate();
    }
  }

  private static void announced(Connection tx, RecordedEvent event, UUID itemId)
      throws SQLException {
    try (PreparedStatement update =
        tx.prepareStatement(
            "UPDATE item SET announced_at = ? WHERE dossier_id = ? AND item_id = ?")) {
      update.setTimestamp(1, Timestamp.from(event.time()));
      update.setObject(2, event.streamId());
      update.setObject(3, itemId);
      update.executeUpdate();
    }
  }

  private static void maskSet(Connection tx, RecordedEvent event, MaskSet set, Mask mask)
      throws SQLException {
    try (PreparedStatement insert =
        tx.prepareStatement(
            """
            INSERT INTO mask (dossier_id, target, mask_id, body, set_at)
            VALUES (?, ?, ?, ?::jsonb, ?)
            """)) {
      insert.setObject(1, event.streamId());
      insert.setString(2, mask.target());
      insert.setObject(3, set.maskId());
      insert.setString(4, json(mask));
      insert.setTimestamp(5, Timestamp.from(event.time()));
      insert.executeUpdate();
    }
  }

  private static void onItem(Connection tx, RecordedEvent event, UUID id, String sql)
      throws SQLException {
    try (PreparedStatement statement = tx.prepareStatement(sql)) {
      statement.setObject(1, event.streamId());
      statement.setObject(2, id);
      statement.executeUpdate();
    }
  }

  private static void author(PreparedStatement statement, int first, Actor author)
      throws SQLException {
    statement.setString(first, author.role().name());
    statement.setString(first + 1, author.id().orElse(null));
    statement.setString(first + 2, author.profession().orElse(null));
    statement.setString(first + 3, author.structure().map(NationalId::value).orElse(null));
  }

  private static Date aboutDate(RecordedEvent event, ItemContent content) {
    return Date.valueOf(content.aboutDate().orElseGet(() -> Paris.dayOf(event.time())));
  }

  private static UUID prescription(ItemContent content) {
    return content instanceof ItemContent.Dispensing dispensing
        ? dispensing.prescriptionId().orElse(null)
        : null;
  }

  private static Array acts(Connection tx, ItemContent content) throws SQLException {
    return tx.createArrayOf(
        "text",
        content.acts().stream()
            .map(act -> new Mask.OfAct(act.system(), act.code()).target())
            .distinct()
            .toArray());
  }

  private static String json(Object value) {
    return new String(Wire.write(value), StandardCharsets.UTF_8);
  }
}
