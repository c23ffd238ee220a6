package fr.carnet.billing;

import java.util.List;

/**
 * Thirty months of care of some beneficiaries, as the insurer sends it.
 *
 * @param beneficiaries their INS, the named ones first
 * @param sent the lines in the order sent; a beneficiary's lines need this order only among those
 *     with the same {@code lineId}
 * @param circumstances what was put in out of the ordinary
 */
public record Careers(
    List<String> beneficiaries, List<SentLine> sent, List<Circumstance> circumstances) {

  public Careers {
    beneficiaries = List.copyOf(beneficiaries);
    sent = List.copyOf(sent);
    circumstances = List.copyOf(circumstances);
  }
}
