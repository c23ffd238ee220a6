/** What is told of those who try to put something into a dossier. */
package fr.carnet.dossier.feeding;
