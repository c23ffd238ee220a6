/**
 * Every fact that crosses a service boundary, as data.
 *
 * <p>One file a record. A fact travels as a CloudEvent in binary mode: what it is, whose and when
 * stand in the headers ({@link fr.carnet.events.Headers}), the record as JSON in the value ({@link
 * fr.carnet.events.Wire}), on one of the declared topics ({@link fr.carnet.events.Topic}). Fields
 * are only added; a breaking change is a new version with its own wire name.
 */
package fr.carnet.events;
