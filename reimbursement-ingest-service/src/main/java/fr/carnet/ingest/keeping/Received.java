package fr.carnet.ingest.keeping;

import fr.carnet.ingest.deciding.Verdict;

/**
 * A line as it came, and what it turned out to be.
 *
 * @param bytes as received
 */
public record Received(@SuppressWarnings("ArrayRecordComponent") byte[] bytes, Verdict verdict) {}
