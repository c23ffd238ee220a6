/**
 * Who may see a dossier: the patient decides, and every reader is asked about on every request.
 *
 * <pre>
 * arriving    a patient's command over HTTP: grant, revoke, block, médecin traitant, wishes
 * deciding    AccessDecider, over the dossier's stream: events, or a refusal
 * projecting  AccessGrantsProjection writes the rows in the same transaction; the relay publishes
 *             access.events; DossierRegistryProjection reads whose a dossier is
 * arriving    POST /decisions, from a service that releases data
 * projecting  StandingFacts reads, in one statement and by the database's clock, all that matters
 * deciding    AccessRules, a table: allowances add up until a bar ends the matter
 * recalling   the same rules over the events of the stream: who can see it, who could, and why
 * querying    the patient reads the grants, a professional what they asked for and hold
 * noticing    access.traces and the end of grants become notices, for patients and their médecins
 *             traitants
 * counting    every refusal, of this service and of all that ask it, an account and hour
 * tracing     a refusal about a dossier that is, for who reads its log
 * guarding    the other services report refusals; the privacy officer reads what is unusual
 * paging      pages of any of these
 * </pre>
 */
package fr.carnet.access;
