/**
 * The insurer's side of the valve.
 *
 * <pre>
 * billing.reimbursements, POST /deliveries, POST /extracts
 *   → arriving   bytes in, from Kafka, HTTP or an extract in the warehouse's layout
 *   → deciding   is it a line, and what is wrong with it; pure
 *   → keeping    each line once, or a rejection with every reason
 *   → passing    the valve: unpassed lines of people whose dossier is open → care.reimbursements
 *   ← projecting dossier.registry: who has a dossier; an opening makes the stored window unpassed
 * querying       rejections for their sender; how far the registry was read
 * </pre>
 */
package fr.carnet.ingest;
