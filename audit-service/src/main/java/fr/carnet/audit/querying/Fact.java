package fr.carnet.audit.querying;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * An entry of the log in facts, never in content. What its headers do not say, or say so that it
 * cannot be read, is absent.
 *
 * @param index its place in the log, from 0
 * @param streamVersion its place in its dossier's stream, from 1
 * @param time when it was recorded, by the clock of the service that did
 * @param size of the value, in bytes
 * @param sha256 of the value, lower case hex; absent for a record without value
 * @param facts what stands in clear in the value, for the types that have such
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record Fact(
    long index,
    String topic,
    int partition,
    long offset,
    Optional<UUID> eventId,
    Optional<String> type,
    Optional<UUID> dossierId,
    Optional<Long> streamVersion,
    Optional<Instant> time,
    Optional<String> actor,
    Optional<String> correlation,
    int size,
    Optional<String> sha256,
    Optional<ClearFacts> facts) {}
