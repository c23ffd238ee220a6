/**
 * Erasing a dossier: its key is destroyed and its rows go, and nothing brings them back.
 *
 * <p>An erasure is written to a journal outside the database first. After a restore the journal is
 * applied again before anything is read, consumed or answered.
 */
package fr.carnet.dossier.forgetting;
