package fr.carnet.dossier.querying;

/** A sentence in both languages. */
public record Sentence(String en, String fr) {}
