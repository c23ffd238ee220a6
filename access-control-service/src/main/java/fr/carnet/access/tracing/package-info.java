/** Whoever looked, or was refused, about a dossier that is: told to who reads its log. */
package fr.carnet.access.tracing;
