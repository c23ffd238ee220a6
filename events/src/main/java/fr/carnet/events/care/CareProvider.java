package fr.carnet.events.care;

import java.util.Optional;

/**
 * Who performed or prescribed.
 *
 * @param specialtyCode two characters, code list IR_SPE_V or, of who is no doctor, IR_ACT_V
 */
public record CareProvider(
    Optional<String> rpps, Optional<String> finess, Optional<String> specialtyCode) {}
