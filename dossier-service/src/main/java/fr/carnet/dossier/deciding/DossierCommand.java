package fr.carnet.dossier.deciding;

import fr.carnet.events.dossier.Channel;
import fr.carnet.events.dossier.ClosingReason;
import fr.carnet.events.dossier.DossierOpened;
import fr.carnet.events.dossier.ErasureCause;

/** What can be asked of a dossier as a whole. */
public sealed interface DossierCommand {
  /** Open it; everything that is personal in the event is sealed already. */
  record OpenDossier(DossierOpened opening) implements DossierCommand {}

  /** Close it. */
  record CloseDossier(ClosingReason reason) implements DossierCommand {}

  /** Open it again, with what it held. */
  record ReopenDossier(Channel channel, String consentWording) implements DossierCommand {}

  /** Erase it, for ever. */
  record EraseDossier(ErasureCause cause) implements DossierCommand {}
}
