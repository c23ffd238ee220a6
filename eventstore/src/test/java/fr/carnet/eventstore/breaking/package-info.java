/** Code that breaks the architecture rules on purpose: they must see it. */
package fr.carnet.eventstore.breaking;
