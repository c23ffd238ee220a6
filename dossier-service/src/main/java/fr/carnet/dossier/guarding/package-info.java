/** Refusals are counted by the access-control-service, for all services. */
package fr.carnet.dossier.guarding;
