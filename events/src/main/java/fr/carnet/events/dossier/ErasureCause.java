package fr.carnet.events.dossier;

/** Why a dossier was erased. */
public enum ErasureCause {
  /** The person asked for it; carried out within three months (CSP R1111-36). */
  REQUESTED,
  /** Its archive had been kept for ten years after the closing (CSP L1111-18). */
  ARCHIVE_ENDED
}
