/**
 * Recording a fact once and for all, and projecting it wherever it is read.
 *
 * <p>A command is decided and recorded in one transaction ({@link
 * fr.carnet.eventstore.CommandHandler}): stream head, events, own read model, outbox. The {@link
 * fr.carnet.eventstore.Relay} moves the outbox to Kafka. Other services read it with a {@link
 * fr.carnet.eventstore.TopicReader}, which keeps its offset in the transaction of the view, and
 * apply it with a {@link fr.carnet.eventstore.ProjectionApplier}. {@link
 * fr.carnet.eventstore.Rebuild} makes a view anew behind the running service.
 */
package fr.carnet.eventstore;
