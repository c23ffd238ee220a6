package fr.carnet.events.dossier;

/**
 * By whom a person is insured. Only ever sealed on Kafka: a small scheme says what somebody lives
 * by, a caisse where.
 *
 * @param scheme two digits; {@code 01} is the general scheme (régime général)
 * @param caisse three digits of the caisse within its scheme
 * @param policyholder whether the person is insured in their own right (assuré), and not through
 *     somebody else (ayant droit)
 */
public record Affiliation(String scheme, String caisse, boolean policyholder) {
  @Override
  public String toString() {
    return "Affiliation[hidden]";
  }
}
