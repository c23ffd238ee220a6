/**
 * The patient's record.
 *
 * <pre>
 * POST /dossiers, …/closing, …/reopening, …/ins, …/erasure-request, …/release-requests, …/items,
 * …/masks; and time
 *   → arriving    a command, with its keys and sealed traits
 *   → deciding    may it be, and what follows; pure
 *   → projecting  dossier.events → who, open or closed, what it holds; care.reimbursements → care
 *                 lines; opened; access.traces → first uses
 *   → dossier.events, dossier.registry
 * GET …/summary, …/timeline, …/items, …/care, …/care/changes, …/export(.zip), /timetable, POST …/search,
 * …/preview, …/care/recent, /dossiers/search
 *   → querying    the owner, or a decision; the filter; the rows; the trace, all in one transaction
 *   → access.traces
 * POST …/releases/{id}
 *   → releasing   the one look that a release gives: used up by a command, then read
 * GET /figures, /statements
 *   → programme   counts of groups of ten and more, fixed by month; what is paid for openings
 * showing         what shows to whom: the filter
 * keys            each dossier's key set under the master key
 * documents       the bytes of documents: received, inspected, sealed, stored
 * forgetting      the key destroyed, the rows gone, and again after any restore
 * nomenclatures   what codes are called
 * </pre>
 */
package fr.carnet.dossier;
