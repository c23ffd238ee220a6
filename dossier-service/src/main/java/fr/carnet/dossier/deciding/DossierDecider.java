package fr.carnet.dossier.deciding;

import fr.carnet.dossier.deciding.DossierCommand.CloseDossier;
import fr.carnet.dossier.deciding.DossierCommand.EraseDossier;
import fr.carnet.dossier.deciding.DossierCommand.OpenDossier;
import fr.carnet.dossier.deciding.DossierCommand.ReopenDossier;
import fr.carnet.dossier.deciding.DossierState.Closed;
import fr.carnet.dossier.deciding.DossierState.Erased;
import fr.carnet.dossier.deciding.DossierState.NotOpened;
import fr.carnet.dossier.deciding.DossierState.Open;
import fr.carnet.events.Decision;
import fr.carnet.events.dossier.DossierClosed;
import fr.carnet.events.dossier.DossierErased;
import fr.carnet.events.dossier.DossierEvent;
import fr.carnet.events.dossier.DossierOpened;
import fr.carnet.events.dossier.DossierReopened;

/** The life of a dossier: opened once, closed and reopened any number of times, erased once. */
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
            case Erased _ -> Decision.refused(DossierRefusal.NO_STANDING);
          };
      case CloseDossier close ->
          switch (state) {
            case NotOpened _, Erased _ -> Decision.refused(DossierRefusal.NO_STANDING);
            case Open _ -> Decision.accepted(new DossierClosed(close.reason()));
            case Closed _ -> Decision.refused(DossierRefusal.DOSSIER_ALREADY_CLOSED);
          };
      case ReopenDossier reopen ->
          switch (state) {
            case NotOpened _, Erased _ -> Decision.refused(DossierRefusal.NO_STANDING);
            case Open _ -> Decision.refused(DossierRefusal.DOSSIER_ALREADY_OPEN);
            case Closed _ ->
                Decision.accepted(new DossierReopened(reopen.channel(), reopen.consentWording()));
          };
      // What was erased is, for every command and for this one too, as if it had never been.
      case EraseDossier erase ->
          switch (state) {
            case NotOpened _, Erased _ -> Decision.refused(DossierRefusal.NO_STANDING);
            case Open _, Closed _ -> Decision.accepted(new DossierErased(erase.cause()));
          };
    };
  }

  /** The state after one more event. */
  public static DossierState evolve(DossierState state, DossierEvent event) {
    return switch (event) {
      case DossierOpened _, DossierReopened _ -> new Open();
      case DossierClosed _ -> new Closed();
      case DossierErased _ -> new Erased();
    };
  }
}
