/**
 * Gives every record of every topic kept for ever its index in one log.
 *
 * <p>Records are gathered ({@link fr.carnet.audit.sequencing.AuditedTopics}) into a {@link
 * fr.carnet.audit.sequencing.Batch}, which is announced ({@link
 * fr.carnet.audit.sequencing.BatchTopic}) before it is committed ({@link
 * fr.carnet.audit.sequencing.LogTables}). {@link fr.carnet.audit.sequencing.Sequencer} holds the
 * order of it all, and what a crash at each line leaves.
 */
package fr.carnet.audit.sequencing;
