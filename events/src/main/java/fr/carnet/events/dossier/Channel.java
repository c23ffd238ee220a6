package fr.carnet.events.dossier;

/** How a dossier is opened; each opening is counted under its channel. */
public enum Channel {
  /** By the patient, online. */
  ONLINE,
  /** At the insurer's counter, by an agent (agent d'accueil). */
  COUNTER,
  /** By a pharmacist (profession 21 of table G15), since July 2018. */
  PHARMACIST,
  /** By another care professional. */
  PROFESSIONAL
}
