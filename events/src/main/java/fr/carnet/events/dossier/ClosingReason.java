package fr.carnet.events.dossier;

/** Why a dossier was closed; the codes that professionals' software knows. */
public enum ClosingReason {
  /** The patient asked for it. */
  FERMETURE_DEMANDE_PATIENT,
  /** The patient has died. */
  FERMETURE_DECES,
  /** It should not have been opened. */
  FERMETURE_ERREUR
}
