/**
 * What a search looks for, made from the log behind it: {@link
 * fr.carnet.audit.projecting.FactsProjection}. It may lag and be made anew; the log may not.
 */
package fr.carnet.audit.projecting;
