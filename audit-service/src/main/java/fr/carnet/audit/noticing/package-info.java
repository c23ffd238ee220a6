/**
 * What people must know of the log: raised once, shown until it ends and afterwards, in {@link
 * fr.carnet.audit.noticing.Notices}.
 */
package fr.carnet.audit.noticing;
