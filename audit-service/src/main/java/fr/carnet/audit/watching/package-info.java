/**
 * Whether the log is whole: complete, up to date and what its tree says.
 *
 * <p>{@link fr.carnet.audit.watching.LogWatch} looks all the time and raises notices; {@link
 * fr.carnet.audit.watching.KafkaComparison} looks when it is asked; {@link
 * fr.carnet.audit.watching.LogStateResource} and {@link fr.carnet.audit.watching.NoticesResource}
 * show it to people.
 */
package fr.carnet.audit.watching;
