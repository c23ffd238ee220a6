/** Rows to answers, for the owner. */
package fr.carnet.access.querying;
