/** Every release and refusal of data: {@code access.traces}. */
package fr.carnet.events.trace;
