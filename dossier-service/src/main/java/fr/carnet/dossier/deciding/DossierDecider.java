package fr.carnet.dossier.deciding;

import fr.carnet.dossier.deciding.DossierCommand.CloseDossier;
import fr.carnet.dossier.deciding.DossierCommand.OpenDossier;
import fr.carnet.dossier.deciding.DossierCommand.ReopenDossier;
import fr.carnet.dossier.deciding.DossierState.Closed;
import fr.carnet.dossier.deciding.DossierState.NotOpened;
import fr.carnet.dossier.deciding.DossierState.Open;
import fr.carnet.events.Decision;
import fr.carnet.events.dossier.DossierClosed;
import fr.carnet.events.dossier.DossierEvent;
import fr.carnet.events.dossier.DossierOpened;
import fr.carnet.events.dossier.DossierReopened;

/** The life of a dossier: opened once, closed and reopened any number of times. */
public final class DossierDecider {
  private DossierDecider() {}

  /** Before anything happened. */
  public static DossierState initial() {
    return new NotOpened();
  }

  /** What follows from a command. */
  public static Decision<DossierEvent> decide(DossierCommand command, DossierState state) {
    return switch (command) {
      case OpenDossier open ->
          switch (state) {
            case NotOpened _ -> Decision.accepted(open.opening());
            case Open _, Closed _ -> Decision.refused(DossierRefusal.DOSSIER_EXISTS);
          };
      case CloseDossier close ->
          switch (state) {
            case NotOpened _ -> Decision.refused(DossierRefusal.NO_STANDING);
            case Open _ -> Decision.accepted(new DossierClosed(close.reason()));
            case Closed _ -> Decision.refused(DossierRefusal.DOSSIER_ALREADY_CLOSED);
          };
      case ReopenDossier reopen ->
          switch (state) {
            case NotOpened _ -> Decision.refused(DossierRefusal.NO_STANDING);
            case Open _ -> Decision.refused(DossierRefusal.DOSSIER_ALREADY_OPEN);
            case Closed _ ->
                Decision.accepted(new DossierReopened(reopen.channel(), reopen.consentWording()));
          };
    };
  }

  /** The state after one more event. */
  public static DossierState evolve(DossierState state, DossierEvent event) {
    return switch (event) {
      case DossierOpened _, DossierReopened _ -> new Open();
      case DossierClosed _ -> new Closed();
    };
  }
}
