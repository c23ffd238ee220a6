/**
 * Questions about time: who can see a dossier, who could at an instant, and why. Made from the
 * events of the access stream by the same rules as decisions, and from no table of the present.
 */
package fr.carnet.access.recalling;
