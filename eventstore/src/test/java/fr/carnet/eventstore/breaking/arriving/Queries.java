package fr.carnet.eventstore.breaking.arriving;

import fr.carnet.eventstore.breaking.querying.Acts;

/** Breaks: arriving does not query. */
public record Queries(Acts other) {}
