/** What a patient decides about who may see the dossier: {@code access.events}. */
package fr.carnet.events.access;
