package fr.carnet.events.dossier;

/** What can happen to what a dossier holds. */
public sealed interface ContentEvent extends DossierEvent
    permits ItemAdded, ItemReplaced, ItemDeleted, ItemAnnounced, MaskSet, MaskLifted {}
