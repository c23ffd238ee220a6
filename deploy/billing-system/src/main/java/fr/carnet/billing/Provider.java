package fr.carnet.billing;

import java.util.Optional;

/** Who performs or prescribes. A doctor who works in a hospital has both numbers. */
record Provider(Optional<String> rpps, Optional<String> finess, Optional<String> specialtyCode) {

  Provider in(Provider establishment) {
    return new Provider(rpps, establishment.finess(), specialtyCode);
  }
}
