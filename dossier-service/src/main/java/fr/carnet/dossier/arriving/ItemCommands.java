package fr.carnet.dossier.arriving;

import fr.carnet.dossier.deciding.ContentCommand;
import fr.carnet.dossier.deciding.ContentCommand.AddItem;
import fr.carnet.dossier.deciding.ContentCommand.AnnounceItem;
import fr.carnet.dossier.deciding.ContentCommand.DeleteItem;
import fr.carnet.dossier.deciding.ContentCommand.LiftMask;
import fr.carnet.dossier.deciding.ContentCommand.ReplaceItem;
import fr.carnet.dossier.deciding.ContentCommand.SetMask;
import fr.carnet.dossier.deciding.ContentDecider;
import fr.carnet.dossier.deciding.ContentRefusal;
import fr.carnet.dossier.deciding.DossierRefusal;
import fr.carnet.dossier.deciding.ItemRules;
import fr.carnet.dossier.feeding.FeedingRefused;
import fr.carnet.dossier.keys.KeyRing;
import fr.carnet.dossier.showing.Viewer;
import fr.carnet.dossier.showing.Visibility;
import fr.carnet.events.Paris;
import fr.carnet.events.Sealed;
import fr.carnet.events.Wire;
import fr.carnet.events.content.ItemBody;
import fr.carnet.events.content.ItemContent;
import fr.carnet.events.content.ItemKind;
import fr.carnet.events.content.Mask;
import fr.carnet.events.dossier.ItemAdded;
import fr.carnet.events.dossier.ItemReplaced;
import fr.carnet.events.dossier.MaskSet;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.events.trace.Actor;
import fr.carnet.eventstore.CommandEnvelope;
import fr.carnet.eventstore.CommandHandler;
import fr.carnet.eventstore.CommandResult;
import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.Caller;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.RequestProblem;
import fr.carnet.sealing.Binding;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.LocalDate;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/**
 * The commands on what a dossier holds, for the caller of the request: looked at, sealed, decided
 * and recorded. Files come by their own resource and end here as well.
 */
@ApplicationScoped
public class ItemCommands {
  private static final Clock PARIS = Clock.system(Paris.ZONE);

  /** Of content, or of the care history. */
  private static final Pattern ITEM_ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  @Inject Dossiers dossiers;
  @Inject KeyRing keys;
  @Inject CurrentCaller current;
  @Inject DataSource dataSource;
  @Inject Event<FeedingRefused> refused;

  /** The item that was written. */
  public record Written(UUID itemId) {}

  /** The mask that was set. */
  public record MaskWritten(UUID maskId) {}

  /**
   * What is known of an item that a command is about.
   *
   * @param invisible whether it was added as invisible until announced
   * @param secret whether it is a minor's secret care, that representatives do not see
   */
  private record Known(
      ItemKind kind,
      Actor.Role authorRole,
      Optional<String> authorId,
      boolean invisible,
      boolean secret) {
    boolean isOf(ItemKind other, Actor by) {
      return kind == other && authorRole == by.role() && authorId.equals(by.id());
    }
  }

  /**
   * Puts an item in.
   *
   * @param itemId a new id; a repeat of the request answers with that of the first
   * @param beforehand what has to be written in the same transaction, a file's place for instance
   */
  public byte[] add(
      UUID dossierId, UUID itemId, ItemBody body, CommandHandler.Beforehand beforehand)
      throws SQLException {
    Actor by = current.get().actor();
    requireValid(body.content());
    String publicKey = publicKey(dossierId);
    // Who may not dispense is refused all the same, and learns of no prescription before.
    boolean secret =
        body.invisibleToRepresentatives()
            || (ContentDecider.notTheirs(by, body.content().kind()).isEmpty()
                && isOfSecretCare(dossierId, body.content()));
    ItemBody kept = new ItemBody(body.content(), body.invisibleUntilAnnounced(), secret);
    CommandEnvelope envelope = current.envelope(dossierId, asked(body));
    AddItem command =
        new AddItem(
            itemId,
            by,
            body.content().kind(),
            body.invisibleUntilAnnounced(),
            sealed(envelope, publicKey, ItemAdded.WIRE_NAME, kept));
    return handle(itemId, envelope, command, beforehand, Wire.write(new Written(itemId)));
  }

  /** Puts a new version in an item's place; who sees it stays as it was. */
  public byte[] replace(
      UUID dossierId, UUID itemId, ItemContent content, CommandHandler.Beforehand beforehand)
      throws SQLException {
    Actor by = current.get().actor();
    requireValid(content);
    String publicKey = publicKey(dossierId);
    Optional<Known> before = known(dossierId, itemId);
    // Who may not replace this by that is refused all the same, and learns of no prescription.
    if (before.filter(item -> item.isOf(content.kind(), by)).isPresent()
        && isOfSecretCare(dossierId, content)
        && !before.get().secret()) {
      // Who sees an item stays as it was, and parents would see what was dispensed.
      throw new Refusal(ContentRefusal.PRESCRIPTION_UNKNOWN, "prescriptionId");
    }
    ItemBody body = new ItemBody(content, false, false);
    CommandEnvelope envelope = current.envelope(dossierId, asked(body));
    ReplaceItem command =
        new ReplaceItem(
            itemId,
            by,
            before.map(Known::kind),
            content.kind(),
            sealed(envelope, publicKey, ItemReplaced.WIRE_NAME, body));
    return handle(itemId, envelope, command, beforehand, Wire.write(new Written(itemId)));
  }

  /** Takes an item back. */
  public void delete(UUID dossierId, UUID itemId) throws SQLException {
    publicKey(dossierId);
    done(dossierId, itemId, new DeleteItem(itemId, current.get().actor()));
  }

  /** Says that the patient was told. */
  public void announce(UUID dossierId, UUID itemId) throws SQLException {
    publicKey(dossierId);
    boolean invisible = known(dossierId, itemId).map(Known::invisible).orElse(false);
    done(dossierId, itemId, new AnnounceItem(itemId, current.get().actor(), invisible));
  }

  /** Hides something from professionals. */
  public byte[] mask(UUID dossierId, UUID maskId, Mask mask) throws SQLException {
    String publicKey = publicKey(dossierId);
    requireMaskable(dossierId, mask);
    CommandEnvelope envelope = current.envelope(dossierId, Wire.write(mask));
    SetMask command =
        new SetMask(
            maskId, current.get().actor(), sealed(envelope, publicKey, MaskSet.WIRE_NAME, mask));
    return handle(maskId, envelope, command, _ -> {}, Wire.write(new MaskWritten(maskId)));
  }

  /** Shows it again. */
  public void unmask(UUID dossierId, UUID maskId) throws SQLException {
    publicKey(dossierId);
    done(dossierId, maskId, new LiftMask(maskId, current.get().actor()));
  }

  private void done(UUID dossierId, UUID subject, ContentCommand command) throws SQLException {
    handle(
        subject, current.envelope(dossierId, Wire.write(subject)), command, _ -> {}, new byte[0]);
  }

  private byte[] handle(
      UUID subject,
      CommandEnvelope envelope,
      ContentCommand command,
      CommandHandler.Beforehand beforehand,
      byte[] answer)
      throws SQLException {
    CommandResult result =
        dossiers
            .contentHandler(subject)
            .handle(
                envelope, beforehand, state -> ContentDecider.decide(command, state), _ -> answer);
    return switch (result) {
      case CommandResult.Done done -> done.answer();
      case CommandResult.Refused refused -> throw new Refusal(refused.reason());
    };
  }

  /** What a repeat asks again: the same file, which was stored anew. */
  private static byte[] asked(ItemBody body) {
    return Wire.write(
        body.content() instanceof ItemContent.Document document
            ? new ItemBody(
                document.anywhere(),
                body.invisibleUntilAnnounced(),
                body.invisibleToRepresentatives())
            : body);
  }

  /** Looks at what an item says; a file's resource does so before it stores anything. */
  void requireValid(ItemContent content) {
    Optional<ItemRules.Fault> fault =
        ItemRules.fault(content, current.get().actor().role(), LocalDate.now(PARIS));
    if (fault.isPresent()) {
      throw new Refusal(fault.get().reason(), fault.get().field());
    }
  }

  /**
   * Whether it dispenses what a minor was prescribed as secret care: then it is secret itself (CSP
   * R1111-33), whatever the pharmacist says, who need not know. A pharmacist who was handed a
   * prescription's number may dispense on it whether or not they see it, and whatever became of it:
   * the answer tells nothing of masks.
   */
  private boolean isOfSecretCare(UUID dossierId, ItemContent content) throws SQLException {
    if (!(content instanceof ItemContent.Dispensing dispensing)) {
      return false;
    }
    UUID prescription =
        Refusal.unless(
            dispensing.prescriptionId(), ContentRefusal.PRESCRIPTION_UNKNOWN, "prescriptionId");
    return Refusal.unless(
            known(dossierId, prescription).filter(item -> item.kind() == ItemKind.PRESCRIPTION),
            ContentRefusal.PRESCRIPTION_UNKNOWN,
            "prescriptionId")
        .secret();
  }

  /** An item that the patient does not see is no item to them. */
  private void requireMaskable(UUID dossierId, Mask mask) throws SQLException {
    switch (mask) {
      case Mask.OfItem item when !ITEM_ID.matcher(item.itemId()).matches() ->
          throw new Refusal(ContentRefusal.MASK_INVALID, "itemId");
      case Mask.OfItem item -> {
        Optional<Boolean> directive = directive(dossierId, item.itemId());
        if (directive.orElseThrow(() -> new Refusal(ContentRefusal.MASK_INVALID, "itemId"))) {
          throw new Refusal(ContentRefusal.DIRECTIVE_NEVER_MASKED);
        }
      }
      case Mask.OfAct act when !act.system().accepts(act.code()) ->
          throw new Refusal(ContentRefusal.MASK_INVALID, "code");
      case Mask.OfClass of when !ItemKind.CLASSES.contains(of.classCode()) ->
          throw new Refusal(ContentRefusal.MASK_INVALID, "classCode");
      case Mask.OfAct _, Mask.OfCategory _, Mask.OfClass _ -> {
        // As it should be.
      }
    }
  }

  /** Whether what the owner sees under this id is a directive; empty when they see nothing. */
  private Optional<Boolean> directive(UUID dossierId, String itemId) throws SQLException {
    Visibility visibility = new Visibility(Viewer.owner());
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                """
                SELECT i.in_force IS NOT NULL FROM item i
                WHERE i.dossier_id = ? AND i.item_id::text = ? AND %s
                UNION ALL
                SELECT false FROM care_line
                WHERE dossier_id = ? AND item_id = ? AND NOT withdrawn
                """
                    .formatted(visibility.ofItems()))) {
      select.setObject(1, dossierId);
      select.setString(2, itemId);
      int next = visibility.bindItems(select, 3);
      select.setObject(next, dossierId);
      select.setString(next + 1, itemId);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? Optional.of(row.getBoolean(1)) : Optional.empty();
      }
    }
  }

  private Sealed sealed(CommandEnvelope envelope, String publicKey, String type, Object body)
      throws SQLException {
    UUID dossierId = envelope.streamId();
    try {
      return Transactions.run(dataSource, tx -> keys.sealing(tx, dossierId, publicKey))
          .seal(Wire.write(body), new Binding(dossierId, envelope.commandId().toString(), type));
    } catch (KeyRing.Destroyed e) {
      // Erased just now.
      throw new Refusal(DossierRefusal.NO_STANDING);
    }
  }

  /**
   * The key of a dossier that the caller may write to; a patient only to their own. To others one
   * that is not open is the same as none, before anything else is looked at.
   */
  String publicKey(UUID dossierId) throws SQLException {
    Caller caller = current.get();
    Optional<PatientRef> owner =
        caller.actor().role() == Actor.Role.OWNER
            ? Optional.of(Refusal.unless(caller.patientRef(), RequestProblem.CLAIM_MISSING))
            : Optional.empty();
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                """
                SELECT public_key FROM dossier d WHERE dossier_id = ?
                  AND CASE WHEN ?::text IS NULL THEN state = 'OPEN'
                      ELSE EXISTS (SELECT 1 FROM dossier_patient p
                                  WHERE p.dossier_id = d.dossier_id AND p.patient_ref = ?) END
                """)) {
      select.setObject(1, dossierId);
      select.setString(2, owner.map(PatientRef::value).orElse(null));
      select.setString(3, owner.map(PatientRef::value).orElse(null));
      try (ResultSet row = select.executeQuery()) {
        if (row.next()) {
          return row.getString(1);
        }
      }
    }
    refused.fire(new FeedingRefused(dossierId));
    throw new Refusal(DossierRefusal.NO_STANDING);
  }

  private Optional<Known> known(UUID dossierId, UUID itemId) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                """
                SELECT kind, author_role, author_id, invisible_until_announced,
                       invisible_to_representatives
                FROM item
                WHERE dossier_id = ? AND item_id = ?
                """)) {
      select.setObject(1, dossierId);
      select.setObject(2, itemId);
      try (ResultSet row = select.executeQuery()) {
        return row.next()
            ? Optional.of(
                new Known(
                    ItemKind.valueOf(row.getString(1)),
                    Actor.Role.valueOf(row.getString(2)),
                    Optional.ofNullable(row.getString(3)),
                    row.getBoolean(4),
                    row.getBoolean(5)))
            : Optional.empty();
      }
    }
  }
}
