package fr.carnet.dossier.programme;

import fr.carnet.events.dossier.Channel;

/**
 * Who are counted together. Every open dossier is in exactly one.
 *
 * @param channel by which it was opened
 * @param caisse scheme and caisse of the opening, {@code 01-671}; {@code UNKNOWN} where nobody said
 */
public record Group(Channel channel, String caisse, AgeGroup ageGroup, Stage stage) {}
