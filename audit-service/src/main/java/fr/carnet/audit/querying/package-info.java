/**
 * The log, read: {@link fr.carnet.audit.querying.LogResource} for auditors, {@link
 * fr.carnet.audit.querying.OwnLogResource} for patients.
 *
 * <p>{@link fr.carnet.audit.querying.LogSearch} finds entries, {@link
 * fr.carnet.audit.querying.ClearFacts} takes from each what stands in clear, and {@link
 * fr.carnet.audit.querying.ReadTrace} puts who read into the outbox of the same transaction.
 *
 * <p>{@link fr.carnet.audit.querying.TreeResource} serves checkpoints and tiles, {@link
 * fr.carnet.audit.querying.ProofResource} proofs, and the log to be checked elsewhere.
 */
package fr.carnet.audit.querying;
