/**
 * The bytes of documents: what comes in is received within bounds, inspected, sealed with a key of
 * its own and stored beside the events; what is shown is opened while it is sent.
 *
 * <p>Clear bytes are in the heap for as long as a request lasts, and never on a disk.
 */
package fr.carnet.dossier.documents;
