/** What {@code ./carnet run} plays once everything is up: nine steps, from a line to its proof. */
package fr.carnet.local.story;
