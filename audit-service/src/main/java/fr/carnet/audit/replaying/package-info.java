/**
 * What the log's events yield: a pure fold, with no clock, no randomness, no look-ups and no keys,
 * so that whoever replays the same events finds the same facts.
 */
package fr.carnet.audit.replaying;
