/**
 * The suite from outside: over HTTP with tokens, and by looking at what it left on Kafka and in its
 * databases. What benchmarks and chaos runs stand on.
 */
package fr.carnet.local.probing;
