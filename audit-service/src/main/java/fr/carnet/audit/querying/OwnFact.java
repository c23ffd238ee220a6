package fr.carnet.audit.querying;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Optional;

/**
 * A line of a patient's own log: who did what, when.
 *
 * @param index its place in the log of the whole suite: lines of one dossier are not contiguous
 * @param facts purpose, rule, outcome and item ids of a read; whom a grant is for; channel and
 *     reason of an opening or a closing
 * @param proof that the entry stands in the log; absent until a checkpoint covers it
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record OwnFact(
    long index,
    Optional<Instant> time,
    Optional<String> type,
    Optional<String> actor,
    Optional<ClearFacts> facts,
    Optional<EntryProof> proof) {}
