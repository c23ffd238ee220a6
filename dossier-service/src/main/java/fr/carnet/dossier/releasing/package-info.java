/** A release is used and the archive read, in one request: the one place that does both. */
package fr.carnet.dossier.releasing;
