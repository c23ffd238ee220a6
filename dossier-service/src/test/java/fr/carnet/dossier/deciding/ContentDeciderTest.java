package fr.carnet.dossier.deciding;

import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.dossier.deciding.ContentCommand.AddItem;
import fr.carnet.dossier.deciding.ContentCommand.AnnounceItem;
import fr.carnet.dossier.deciding.ContentCommand.DeleteItem;
import fr.carnet.dossier.deciding.ContentCommand.LiftMask;
import fr.carnet.dossier.deciding.ContentCommand.ReplaceItem;
import fr.carnet.dossier.deciding.ContentCommand.SetMask;
import fr.carnet.events.Decision;
import fr.carnet.events.Sealed;
import fr.carnet.events.content.ItemKind;
import fr.carnet.events.dossier.Channel;
import fr.carnet.events.dossier.ClosingReason;
import fr.carnet.events.dossier.DossierClosed;
import fr.carnet.events.dossier.DossierErased;
import fr.carnet.events.dossier.DossierEvent;
import fr.carnet.events.dossier.DossierOpened;
import fr.carnet.events.dossier.ErasureCause;
import fr.carnet.events.dossier.ItemAdded;
import fr.carnet.events.dossier.ItemAnnounced;
import fr.carnet.events.dossier.ItemDeleted;
import fr.carnet.events.dossier.ItemReplaced;
import fr.carnet.events.dossier.MaskLifted;
import fr.carnet.events.dossier.MaskSet;
import fr.carnet.events.identity.NationalId;
import fr.carnet.events.trace.Actor;
import fr.carnet.events.trace.Actor.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every command on what a dossier holds, in every state, by everyone. */
class ContentDeciderTest {
  private static final UUID ID = new UUID(1, 1);
  private static final UUID OTHER_ID = new UUID(2, 2);
  private static final Sealed SEALED = new Sealed("s", "k", "b");
  private static final Actor OWNER = Actor.anonymous(Role.OWNER);
  private static final Actor DOCTOR = professional("899700024450", "10");
  private static final Actor COLLEAGUE = professional("810000000017", "10");
  private static final Actor PHARMACIST = professional("810000000025", "21");

  private static final DossierEvent OPENED =
      new DossierOpened("key", Channel.ONLINE, "v1", SEALED, Optional.empty());
  private static final DossierEvent CLOSED =
      new DossierClosed(ClosingReason.FERMETURE_DEMANDE_PATIENT, Optional.empty());
  private static final DossierEvent ERASED = new DossierErased(ErasureCause.REQUESTED);
  private static final DossierEvent ADDED = new ItemAdded(ID, DOCTOR, SEALED);
  private static final DossierEvent ADDED_BY_OWNER = new ItemAdded(ID, OWNER, SEALED);
  private static final DossierEvent REPLACED = new ItemReplaced(ID, DOCTOR, SEALED);
  private static final DossierEvent DELETED = new ItemDeleted(ID);
  private static final DossierEvent ANNOUNCED = new ItemAnnounced(ID);
  private static final DossierEvent MASK_SET = new MaskSet(ID, SEALED);
  private static final DossierEvent MASK_LIFTED = new MaskLifted(ID);

  private static Actor professional(String id, String profession) {
    return new Actor(
        Role.PROFESSIONAL,
        Optional.of(id),
        Optional.of(profession),
        Optional.of(new NationalId("3750100125")));
  }

  private static AddItem add(Actor by, ItemKind kind) {
    return new AddItem(ID, by, kind, false, SEALED);
  }

  private static ReplaceItem replace(Actor by) {
    return new ReplaceItem(ID, by, Optional.of(ItemKind.CONDITION), ItemKind.CONDITION, SEALED);
  }

  private static Map<String, List<DossierEvent>> states() {
    Map<String, List<DossierEvent>> states = new LinkedHashMap<>();
    states.put("none", List.of());
    states.put("closed", List.of(OPENED, ADDED, MASK_SET, CLOSED));
    states.put("erased", List.of(OPENED, ADDED, MASK_SET, CLOSED, ERASED));
    states.put("empty", List.of(OPENED, new ItemAdded(OTHER_ID, DOCTOR, SEALED)));
    states.put("item", List.of(OPENED, ADDED));
    states.put("replaced", List.of(OPENED, ADDED, REPLACED));
    states.put("announced", List.of(OPENED, ADDED, ANNOUNCED));
    states.put("deleted", List.of(OPENED, ADDED, DELETED));
    states.put("own", List.of(OPENED, ADDED_BY_OWNER));
    states.put("mask", List.of(OPENED, MASK_SET));
    states.put("lifted", List.of(OPENED, MASK_SET, MASK_LIFTED));
    return states;
  }

  private static Map<String, ContentCommand> commands() {
    Map<String, ContentCommand> commands = new LinkedHashMap<>();
    commands.put("doctor adds", add(DOCTOR, ItemKind.CONDITION));
    commands.put("owner adds", add(OWNER, ItemKind.CONDITION));
    commands.put("doctor replaces", replace(DOCTOR));
    commands.put("colleague replaces", replace(COLLEAGUE));
    commands.put("owner replaces", replace(OWNER));
    commands.put("doctor deletes", new DeleteItem(ID, DOCTOR));
    commands.put("colleague deletes", new DeleteItem(ID, COLLEAGUE));
    commands.put("owner deletes", new DeleteItem(ID, OWNER));
    commands.put("doctor announces", new AnnounceItem(ID, DOCTOR, true));
    commands.put("colleague announces", new AnnounceItem(ID, COLLEAGUE, true));
    commands.put("owner masks", new SetMask(ID, OWNER, SEALED));
    commands.put("doctor masks", new SetMask(ID, DOCTOR, SEALED));
    commands.put("owner unmasks", new LiftMask(ID, OWNER));
    commands.put("doctor unmasks", new LiftMask(ID, DOCTOR));
    return commands;
  }

  /**
   * One letter a state, in the order of {@link #states()}; {@link #outcome} says what they mean.
   */
  private static final Map<String, String> TABLE =
      Map.ofEntries(
          Map.entry("doctor adds", "SSSAEEEEEAA"),
          Map.entry("owner adds", "SCSAEEEEEAA"),
          Map.entry("doctor replaces", "SSSNAAANNNN"),
          Map.entry("colleague replaces", "SSSNNNNNNNN"),
          Map.entry("owner replaces", "SCSNNNNNANN"),
          Map.entry("doctor deletes", "SSSNAAA.NNN"),
          Map.entry("colleague deletes", "SSSNNNNNNNN"),
          Map.entry("owner deletes", "SCSNNNNNANN"),
          Map.entry("doctor announces", "SSSNAA.NNNN"),
          Map.entry("colleague announces", "SSSNNNNNNNN"),
          Map.entry("owner masks", "SCSAAAAAAAA"),
          Map.entry("doctor masks", "SSSSSSSSSSS"),
          Map.entry("owner unmasks", "SCSMMMMMMAM"),
          Map.entry("doctor unmasks", "SSSSSSSSSSS"));

  @TestFactory
  Stream<DynamicTest> every_command_in_every_state() {
    List<String> states = List.copyOf(states().keySet());
    assertThat(TABLE.keySet()).isEqualTo(commands().keySet());
    return commands().entrySet().stream()
        .flatMap(
            command ->
                states.stream()
                    .map(
                        state ->
                            DynamicTest.dynamicTest(
                                command.getKey() + ", " + state,
                                () ->
                                    assertThat(outcome(command.getValue(), states().get(state)))
                                        .isEqualTo(
                                            TABLE
                                                .get(command.getKey())
                                                .substring(
                                                    states.indexOf(state),
                                                    states.indexOf(state) + 1)))));
  }

  private static String outcome(ContentCommand command, List<DossierEvent> given) {
    return switch (decided(command, given)) {
      case Decision.Accepted<DossierEvent> accepted when accepted.events().isEmpty() -> ".";
      case Decision.Accepted<DossierEvent> accepted -> {
        assertThat(accepted.events()).containsExactly(fact(command));
        yield "A";
      }
      case Decision.Refused<DossierEvent> refused -> {
        if (refused.reason() == DossierRefusal.NO_STANDING) {
          yield "S";
        }
        yield switch ((ContentRefusal) refused.reason()) {
          case DOSSIER_CLOSED -> "C";
          case ITEM_NOT_FOUND -> "N";
          case ITEM_EXISTS -> "E";
          case MASK_NOT_FOUND -> "M";
          default -> refused.reason().code();
        };
      }
    };
  }

  private static DossierEvent fact(ContentCommand command) {
    return switch (command) {
      case AddItem add -> new ItemAdded(ID, add.by(), SEALED);
      case ReplaceItem replace -> new ItemReplaced(ID, replace.by(), SEALED);
      case DeleteItem _ -> DELETED;
      case AnnounceItem _ -> ANNOUNCED;
      case SetMask _ -> MASK_SET;
      case LiftMask _ -> MASK_LIFTED;
    };
  }

  private static Decision<DossierEvent> decided(ContentCommand command, List<DossierEvent> given) {
    ContentState state = ContentDecider.initial(ID);
    for (DossierEvent event : given) {
      state = ContentDecider.evolve(state, event);
    }
    return ContentDecider.decide(command, state);
  }

  private static Object refusal(ContentCommand command, DossierEvent... given) {
    return decided(command, List.of(given)) instanceof Decision.Refused<DossierEvent> refused
        ? refused.reason()
        : "accepted";
  }

  @Test
  void each_kind_is_written_by_those_whose_it_is_and_by_nobody_else() {
    List<ItemKind> patients = new ArrayList<>();
    List<ItemKind> doctors = new ArrayList<>();
    for (ItemKind kind : ItemKind.values()) {
      for (Role role : Role.values()) {
        Object refused = refusal(add(Actor.anonymous(role), kind), OPENED);
        if (role == Role.OWNER && refused.equals("accepted")) {
          patients.add(kind);
        } else if (role != Role.OWNER && role != Role.PROFESSIONAL) {
          assertThat(refused).as("%s by %s", kind, role).isEqualTo(DossierRefusal.NO_STANDING);
        }
      }
      if (refusal(add(DOCTOR, kind), OPENED).equals("accepted")) {
        doctors.add(kind);
      }
    }
    assertThat(patients)
        .containsExactly(
            ItemKind.CONDITION,
            ItemKind.ALLERGY,
            ItemKind.TREATMENT,
            ItemKind.VACCINATION,
            ItemKind.EMERGENCY_CONTACT,
            ItemKind.ADVANCE_DIRECTIVE,
            ItemKind.NOTE,
            ItemKind.DOCUMENT);
    assertThat(doctors)
        .containsExactlyElementsOf(
            Arrays.stream(ItemKind.values())
                .filter(
                    kind ->
                        !List.of(
                                ItemKind.DISPENSING,
                                ItemKind.EMERGENCY_CONTACT,
                                ItemKind.ADVANCE_DIRECTIVE,
                                ItemKind.NOTE)
                            .contains(kind))
                .toList());
    assertThat(refusal(add(OWNER, ItemKind.PRESCRIPTION), OPENED))
        .isEqualTo(ContentRefusal.KIND_NOT_YOURS);
  }

  @Test
  void only_a_pharmacist_dispenses() {
    assertThat(refusal(add(DOCTOR, ItemKind.DISPENSING), OPENED))
        .isEqualTo(ContentRefusal.PHARMACISTS_ONLY);
    assertThat(refusal(add(PHARMACIST, ItemKind.DISPENSING), OPENED)).isEqualTo("accepted");
  }

  @Test
  void only_professionals_hide_something_until_it_is_announced_and_only_that_is_announced() {
    AddItem owners = new AddItem(ID, OWNER, ItemKind.CONDITION, true, SEALED);
    AddItem doctors = new AddItem(ID, DOCTOR, ItemKind.CONDITION, true, SEALED);
    assertThat(refusal(owners, OPENED)).isEqualTo(ContentRefusal.NOTHING_TO_ANNOUNCE);
    assertThat(refusal(doctors, OPENED)).isEqualTo("accepted");
    assertThat(refusal(new AnnounceItem(ID, DOCTOR, false), OPENED, ADDED))
        .isEqualTo(ContentRefusal.NOTHING_TO_ANNOUNCE);
  }

  @Test
  void a_new_version_keeps_the_kind() {
    ReplaceItem other =
        new ReplaceItem(ID, DOCTOR, Optional.of(ItemKind.CONDITION), ItemKind.ALLERGY, SEALED);
    assertThat(refusal(other, OPENED, ADDED)).isEqualTo(ContentRefusal.KIND_CHANGED);
  }
}
