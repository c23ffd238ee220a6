package fr.carnet.dossier.querying;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import fr.carnet.dossier.deciding.AnyItem;
import fr.carnet.dossier.deciding.ItemRules;
import fr.carnet.dossier.forgetting.Forgetting;
import fr.carnet.dossier.keys.KeyRing;
import fr.carnet.dossier.keys.Replica;
import fr.carnet.dossier.nomenclatures.CodeLists;
import fr.carnet.dossier.projecting.DossierProjection;
import fr.carnet.dossier.showing.Viewer;
import fr.carnet.events.Sealed;
import fr.carnet.events.Wire;
import fr.carnet.events.content.ItemBody;
import fr.carnet.events.content.ItemContent;
import fr.carnet.events.content.ItemKind;
import fr.carnet.events.dossier.Channel;
import fr.carnet.events.dossier.DossierOpened;
import fr.carnet.events.dossier.ItemAdded;
import fr.carnet.events.dossier.ItemReplaced;
import fr.carnet.events.dossier.PatientIdentity;
import fr.carnet.events.identity.PatientRef;
import fr.carnet.events.identity.UuidV7;
import fr.carnet.events.trace.Actor;
import fr.carnet.eventstore.RecordedEvent;
import fr.carnet.sealing.Binding;
import fr.carnet.sealing.DossierKeySet;
import fr.carnet.sealing.SealingSession;
import fr.carnet.testkit.RealServers;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Stream;
import net.jqwik.api.AfterFailureMode;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.GenerationMode;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * Whatever is accepted of an item can be recorded, kept and read again, by every read: an item that
 * could not would take the dossier from everybody.
 */
class ReadAgainTest {
  private static final String DOCTOR = "899700024450";
  private static final Actor AUTHOR =
      new Actor(Actor.Role.PROFESSIONAL, Optional.of(DOCTOR), Optional.of("10"), Optional.empty());
  private static final List<Viewer> VIEWERS =
      List.of(Viewer.owner(), Viewer.professional(DOCTOR, ItemKind.CLASSES, true));
  private static final Map<ItemKind, Integer> ACCEPTED = new EnumMap<>(ItemKind.class);

  /** An open dossier in a database of its own; what a try puts in is undone after it. */
  private static final class Dossier {
    static final UUID ID = UUID.randomUUID();
    static final KeyRing KEYS = Replica.withKeys("target/read-again-master-key.json");
    static final DossierProjection PROJECTION = new DossierProjection(KEYS, new Forgetting());
    static final DossierKeySet KEY_SET = DossierKeySet.generate(ID);
    static final SealingSession SESSION = SealingSession.towards(ID, KEY_SET.publicKey());
    static final CodeLists LISTS = new CodeLists(Optional.empty());

    /** Of which there is none. */
    static final VisibleCare CARE = new VisibleCare();

    static final Connection CONNECTION = opened();

    private static Connection opened() {
      try {
        Connection tx =
            RealServers.migratedDatabase("db/eventstore", "db/migration").getConnection();
        tx.setAutoCommit(false);
        KEYS.keep(tx, ID, KEY_SET);
        UUID event = UUID.randomUUID();
        PatientIdentity somebody =
            new PatientIdentity(
                new PatientRef("0123456789abcdef".repeat(4)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        PROJECTION.apply(
            tx,
            List.of(
                recorded(
                    event,
                    DossierOpened.WIRE_NAME,
                    new DossierOpened(
                        KEY_SET.publicKey(),
                        Channel.ONLINE,
                        "v1",
                        sealed(event, DossierOpened.WIRE_NAME, somebody),
                        Optional.empty()))));
        tx.commit();
        return tx;
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static Sealed sealed(UUID event, String type, Object body) {
    return Dossier.SESSION.seal(Wire.write(body), new Binding(Dossier.ID, event.toString(), type));
  }

  private static RecordedEvent recorded(UUID id, String type, Object fact) {
    return new RecordedEvent(
        id, type, Dossier.ID, OptionalLong.of(1), Instant.now(), "", "", Wire.write(fact));
  }

  @Property(
      generation = GenerationMode.EXHAUSTIVE,
      shrinking = ShrinkingMode.OFF,
      afterFailure = AfterFailureMode.RANDOM_SEED)
  void whateverIsAcceptedInAFieldOfAKindIsReadAgain(@ForAll ItemKind kind) {
    requireReadAgain(
        AnyItem.fields(kind).stream()
            .flatMap(
                field ->
                    AnyItem.VALUES.stream().map(value -> AnyItem.with(kind, Map.of(field, value))))
            .toList());
  }

  @Property(tries = 20, seed = "20261122", shrinking = ShrinkingMode.OFF)
  void whateverIsAcceptedInSeveralFieldsIsReadAgain(
      @ForAll @Size(200) List<@From("items") String> items) {
    requireReadAgain(items);
  }

  /** As it could be accepted once. */
  @Example
  void aDayThatPostgresqlCannotReadTakesTheSummaryFromNobody() throws SQLException {
    Connection tx = Dossier.CONNECTION;
    try {
      UUID item =
          put(
              tx,
              new ItemContent.Treatment(
                  "X",
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty(),
                  Optional.of(LocalDate.MAX)));
      assertThat(Summary.of(tx, Dossier.ID, Viewer.owner(), Dossier.CARE, "fr").currentTreatments())
          .extracting(HeldItem::itemId)
          .containsExactly(item);
    } finally {
      tx.rollback();
    }
  }

  @Provide
  Arbitrary<String> items() {
    return Arbitraries.of(ItemKind.class)
        .flatMap(
            kind ->
                Arbitraries.maps(
                        Arbitraries.of(AnyItem.fields(kind)), Arbitraries.of(AnyItem.VALUES))
                    .ofMinSize(2)
                    .ofMaxSize(4)
                    .map(values -> AnyItem.with(kind, values)));
  }

  /** All of them that are accepted, at once; where that fails, one by one, to name the one. */
  private static void requireReadAgain(List<String> items) {
    Map<String, ItemContent> accepted = new LinkedHashMap<>();
    items.forEach(item -> accepted(item).ifPresent(content -> accepted.put(item, content)));
    accepted.values().forEach(content -> ACCEPTED.merge(content.kind(), 1, Integer::sum));
    try {
      readAgain(List.copyOf(accepted.values()));
    } catch (SQLException | RuntimeException | AssertionError all) {
      accepted.forEach(
          (item, content) -> {
            try {
              readAgain(List.of(content));
            } catch (SQLException | RuntimeException | AssertionError one) {
              throw new AssertionError(
                  "accepted, and not read again: "
                      + item.substring(0, Math.min(300, item.length())),
                  one);
            }
          });
      throw new AssertionError("each is read again by itself, and all together are not", all);
    }
  }

  /** As over HTTP: what is no JSON of an item, or against the rules, is refused. */
  private static Optional<ItemContent> accepted(String item) {
    try {
      return Optional.of(Wire.JSON.readValue(item, ItemContent.class))
          .filter(
              content ->
                  ItemRules.fault(content, Actor.Role.PROFESSIONAL, CareHistory.today()).isEmpty());
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static void readAgain(List<ItemContent> contents) throws SQLException {
    Connection tx = Dossier.CONNECTION;
    try {
      List<UUID> ids = new ArrayList<>();
      for (ItemContent content : contents) {
        ids.add(put(tx, content));
      }
      for (Viewer viewer : VIEWERS) {
        read(tx, viewer);
        List<HeldItem> held = HeldItems.these(tx, Dossier.ID, viewer, ids);
        assertThat(held).extracting(HeldItem::itemId).containsExactlyInAnyOrderElementsOf(ids);
        for (HeldItem item : held) {
          assertThat(tree(item.content()))
              .isEqualTo(tree(told(contents.get(ids.indexOf(item.itemId())))));
          assertThat(HeldItems.versions(tx, Dossier.ID, viewer, item)).hasSize(1);
        }
      }
    } finally {
      tx.rollback();
    }
  }

  /** Puts it in, and a new version of the same in its place. */
  private static UUID put(Connection tx, ItemContent content) throws SQLException {
    UUID item = UuidV7.next(Clock.systemUTC());
    ItemBody body = new ItemBody(content, false, false);
    UUID added = UUID.randomUUID();
    UUID replaced = UUID.randomUUID();
    Dossier.PROJECTION.apply(
        tx,
        List.of(
            recorded(
                added,
                ItemAdded.WIRE_NAME,
                new ItemAdded(item, AUTHOR, sealed(added, ItemAdded.WIRE_NAME, body))),
            recorded(
                replaced,
                ItemReplaced.WIRE_NAME,
                new ItemReplaced(item, AUTHOR, sealed(replaced, ItemReplaced.WIRE_NAME, body)))));
    return item;
  }

  /** By every read, to the bytes that are answered. */
  private static void read(Connection tx, Viewer viewer) throws SQLException {
    UUID dossier = Dossier.ID;
    Stream.of(
            Summary.of(tx, dossier, viewer, Dossier.CARE, "fr"),
            Timeline.of(
                tx,
                dossier,
                viewer,
                Timeline.Selection.of(null, null, null, null, null, "200"),
                Dossier.CARE,
                "fr"),
            HeldItems.select(
                tx,
                dossier,
                viewer,
                new HeldItems.Selection(Optional.empty(), Optional.empty(), 10_000)),
            HeldItems.named(tx, dossier, viewer).stream()
                .map(named -> SoughtText.parse("asthme").orElseThrow().isIn(named.names()))
                .toList(),
            ExportedDossier.of(tx, dossier, viewer, Dossier.LISTS))
        .forEach(Wire::write);
  }

  /** There is no prescription, so that its number is told to nobody. */
  private static ItemContent told(ItemContent content) {
    return content instanceof ItemContent.Dispensing dispensing
        ? dispensing.withoutPrescription()
        : content;
  }

  /** Numbers by what they are, and not by how they are written. */
  private static JsonNode tree(ItemContent content) {
    return Wire.JSON.valueToTree(content);
  }

  @AfterContainer
  static void everyKindWasAccepted() throws SQLException {
    System.out.println("accepted and read again: " + ACCEPTED);
    Dossier.CONNECTION.close();
    assertThat(ACCEPTED).containsOnlyKeys(ItemKind.values());
    assertThat(ACCEPTED.values()).allSatisfy(times -> assertThat(times).isGreaterThan(20));
  }
}
