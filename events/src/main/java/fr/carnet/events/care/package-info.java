/** Care that the insurer reimbursed, as it reaches a dossier: {@code care.reimbursements}. */
package fr.carnet.events.care;
