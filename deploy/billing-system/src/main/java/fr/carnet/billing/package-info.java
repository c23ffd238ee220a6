/**
 * The insurer's billing system, as a stand-in for demo, tests and benchmarks.
 *
 * <p>In the order of the flow: {@link fr.carnet.billing.BillingSystem} is asked, with a seed and a
 * day, for the {@link fr.carnet.billing.Careers} of its beneficiaries, that is the {@link
 * fr.carnet.billing.SentLine}s in the order in which they are sent, or for an endless {@link
 * fr.carnet.billing.LineStream} of sound ones. The package {@code reckoning} says, from the bytes
 * alone and by the rules of the documents, what must come out.
 *
 * <p>Nothing of the services is imported here: a mistake of theirs must not be ours as well.
 */
package fr.carnet.billing;
