/** Events to rows, and the facts that a decision needs back from them. */
package fr.carnet.access.projecting;
