package fr.carnet.events.dossier;

/** Why a dossier was closed; the codes that professionals' software knows. */
public enum ClosingReason {
  FERMETURE_DEMANDE_PATIENT,
  FERMETURE_DECES,
  FERMETURE_ERREUR
}
