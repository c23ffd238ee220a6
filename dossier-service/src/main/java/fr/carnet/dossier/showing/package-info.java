/** What of a dossier shows to whom; before everything that speaks of items. */
package fr.carnet.dossier.showing;
