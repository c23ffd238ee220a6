/** Refusals are counted an account and hour, of this service and of all that ask it. */
package fr.carnet.access.counting;
