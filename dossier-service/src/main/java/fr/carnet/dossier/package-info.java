/**
 * The patient's record.
 *
 * <pre>
 * POST /dossiers, …/closing, …/reopening
 *   → arriving    a command, with its keys and sealed traits
 *   → deciding    may it be, and what follows; pure
 *   → projecting  dossier.events → who, open or closed; care.reimbursements → care lines, opened
 *   → dossier.events, dossier.registry
 * GET …/summary, …/care, …/care/changes, POST …/care/recent, /dossiers/search
 *   → querying    the owner, or a decision; the filter; the rows; the trace, all in one transaction
 *   → access.traces
 * keys            each dossier's key set under the master key
 * nomenclatures   what codes are called
 * </pre>
 */
package fr.carnet.dossier;
