package fr.carnet.dossier.deciding;

import fr.carnet.dossier.deciding.DossierCommand.CloseDossier;
import fr.carnet.dossier.deciding.DossierCommand.EraseDossier;
import fr.carnet.dossier.deciding.DossierCommand.OpenDossier;
import fr.carnet.dossier.deciding.DossierCommand.ReopenDossier;
import fr.carnet.events.Sealed;
import fr.carnet.events.dossier.Channel;
import fr.carnet.events.dossier.ClosingReason;
import fr.carnet.events.dossier.DossierClosed;
import fr.carnet.events.dossier.DossierErased;
import fr.carnet.events.dossier.DossierEvent;
import fr.carnet.events.dossier.DossierOpened;
import fr.carnet.events.dossier.DossierReopened;
import fr.carnet.events.dossier.ErasureCause;
import fr.carnet.testkit.GivenWhenThen;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Every command in every state. */
class DossierDeciderTest {
  private static final DossierOpened OPENED =
      new DossierOpened("key", Channel.ONLINE, "v1", new Sealed("s", "k", "b"));
  private static final DossierClosed CLOSED =
      new DossierClosed(ClosingReason.FERMETURE_DEMANDE_PATIENT);
  private static final DossierReopened REOPENED = new DossierReopened(Channel.ONLINE, "v2");

  private final GivenWhenThen<DossierState, DossierEvent> dossier =
      new GivenWhenThen<>(DossierDecider.initial(), DossierDecider::evolve);

  private static Function<DossierState, fr.carnet.events.Decision<DossierEvent>> asked(
      DossierCommand command) {
    return state -> DossierDecider.decide(command, state);
  }

  @Test
  void opens_once() {
    dossier.given().when(asked(new OpenDossier(OPENED))).then(OPENED);
    dossier
        .given(OPENED)
        .when(asked(new OpenDossier(OPENED)))
        .thenRefused(DossierRefusal.DOSSIER_EXISTS);
    dossier
        .given(OPENED, CLOSED)
        .when(asked(new OpenDossier(OPENED)))
        .thenRefused(DossierRefusal.DOSSIER_EXISTS);
  }

  @Test
  void closes_what_is_open() {
    CloseDossier close = new CloseDossier(ClosingReason.FERMETURE_DEMANDE_PATIENT);
    dossier.given().when(asked(close)).thenRefused(DossierRefusal.NO_STANDING);
    dossier.given(OPENED).when(asked(close)).then(CLOSED);
    dossier
        .given(OPENED, CLOSED)
        .when(asked(close))
        .thenRefused(DossierRefusal.DOSSIER_ALREADY_CLOSED);
    dossier.given(OPENED, CLOSED, REOPENED).when(asked(close)).then(CLOSED);
  }

  @Test
  void erases_once_and_is_then_for_every_command_as_no_dossier() {
    EraseDossier erase = new EraseDossier(ErasureCause.REQUESTED);
    DossierErased erased = new DossierErased(ErasureCause.REQUESTED);
    dossier.given().when(asked(erase)).thenRefused(DossierRefusal.NO_STANDING);
    dossier.given(OPENED).when(asked(erase)).then(erased);
    dossier.given(OPENED, CLOSED).when(asked(erase)).then(erased);
    for (DossierCommand command :
        List.of(
            new OpenDossier(OPENED),
            new CloseDossier(ClosingReason.FERMETURE_DEMANDE_PATIENT),
            new ReopenDossier(Channel.ONLINE, "v2"),
            erase)) {
      dossier
          .given(OPENED, CLOSED, erased)
          .when(asked(command))
          .thenRefused(DossierRefusal.NO_STANDING);
    }
  }

  @Test
  void reopens_what_is_closed() {
    ReopenDossier reopen = new ReopenDossier(Channel.ONLINE, "v2");
    dossier.given().when(asked(reopen)).thenRefused(DossierRefusal.NO_STANDING);
    dossier.given(OPENED).when(asked(reopen)).thenRefused(DossierRefusal.DOSSIER_ALREADY_OPEN);
    dossier.given(OPENED, CLOSED).when(asked(reopen)).then(REOPENED);
  }
}
