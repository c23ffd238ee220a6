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
 * deciding    AccessRules, a table: the first rule that is met decides
 * querying    the patient reads the grants, and who can see the dossier now
 * </pre>
 */
package fr.carnet.access;
