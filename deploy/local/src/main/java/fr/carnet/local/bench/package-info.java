/**
 * {@code ./carnet bench}: figures of the whole suite on one machine.
 *
 * <p>Every benchmark starts a suite of its own, shows how it comes on, prints a table for people
 * and ends with one line of JSON with units in its names. What is missing or lost makes the exit
 * status another than 0.
 */
package fr.carnet.local.bench;
