/**
 * What every service of the suite is: a resource server that knows who calls, answers refusals as
 * problem documents, writes a correlation id in every log line, and runs its relay and readers.
 */
package fr.carnet.resourceserver;
