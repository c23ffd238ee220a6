/**
 * Telling people: access.traces and the end of grants become notices, which say who and when, and
 * never what.
 */
package fr.carnet.access.noticing;
