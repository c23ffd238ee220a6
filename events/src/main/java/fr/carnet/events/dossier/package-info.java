/** The life of a dossier: {@code dossier.events} and {@code dossier.registry}. */
package fr.carnet.events.dossier;
