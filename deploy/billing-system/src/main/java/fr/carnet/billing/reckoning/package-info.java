/**
 * What must come out of the lines that were sent, reckoned apart from whoever made them and from
 * the services that take them.
 *
 * <p>{@code LineReader} reads the bytes and finds every fault, {@code ArrivalBook} says what
 * becomes of each line on arrival, {@link fr.carnet.billing.reckoning.Reckoning} adds up what is
 * kept. Of the generator it knows only the words of the wire.
 */
package fr.carnet.billing.reckoning;
