package fr.carnet.access.noticing;

/** A sentence in both languages. */
public record Sentence(String en, String fr) {}
