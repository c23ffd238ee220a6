/** Pure: what follows from a command, and whether somebody may see a dossier. */
package fr.carnet.access.deciding;
