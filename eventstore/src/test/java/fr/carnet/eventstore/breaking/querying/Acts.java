package fr.carnet.eventstore.breaking.querying;

import fr.carnet.eventstore.breaking.arriving.Queries;

/** Breaks: querying does not act; and with the other, no cycles. */
public record Acts(Queries other) {}
