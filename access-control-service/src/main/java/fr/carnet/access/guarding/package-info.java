/** The guard: refusals counted for all services, and what the privacy officer is told. */
package fr.carnet.access.guarding;
