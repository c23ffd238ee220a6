package fr.carnet.dossier.deciding;

/** Where a dossier is in its life. */
public sealed interface DossierState {
  /** Nobody has opened it. */
  record NotOpened() implements DossierState {}

  /** It is in use. */
  record Open() implements DossierState {}

  /** It is archived; only its owner sees it. */
  record Closed() implements DossierState {}

  /** It is no more; nothing is ever done to it again. */
  record Erased() implements DossierState {}
}
