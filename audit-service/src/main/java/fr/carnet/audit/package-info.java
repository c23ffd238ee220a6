/**
 * What happened, provably.
 *
 * <pre>
 * every topic kept for ever
 *   → sequencing: a batch of offsets, announced on audit.batches, then committed: one gapless index
 *   → proving: the tree over it, and signed checkpoints
 *   → querying: an auditor's search, facts and never content; the patient's own log, for its owner
 *                only, after a decision of access-control; every read traced in its transaction
 *   → the trace, by the outbox, to access.traces: and so into the log
 * </pre>
 */
package fr.carnet.audit;
