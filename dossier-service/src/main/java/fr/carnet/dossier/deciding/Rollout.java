package fr.carnet.dossier.deciding;

import fr.carnet.events.Paris;
import fr.carnet.events.Reason;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Who may open a dossier, from one instant on.
 *
 * @param version names it
 * @param validFrom inclusive; until the next one's
 * @param pilots code of a caisse → what people call it; absent where everybody may open one
 * @param next when the next one begins, if there is one
 */
public record Rollout(
    String version,
    Instant validFrom,
    Optional<Map<String, String>> pilots,
    Optional<Instant> next) {
  /** Régime général. */
  private static final String GENERAL_SCHEME = "01";

  public Rollout {
    pilots = pilots.map(Map::copyOf);
    if (version.isBlank() || pilots.filter(Map::isEmpty).isPresent()) {
      throw new IllegalArgumentException("a rollout has a version, and pilots or none");
    }
  }

  /**
   * Why this person cannot open a dossier yet, if so. The pilots were for adult policyholders of
   * the general scheme (written question 8063).
   */
  Optional<Reason> refuses(Applicant applicant, Instant at) {
    return pilots
        .filter(
            caisses ->
                applicant.isMinor(at)
                    || applicant
                        .identity()
                        .affiliation()
                        .filter(
                            insured ->
                                insured.policyholder()
                                    && insured.scheme().equals(GENERAL_SCHEME)
                                    && caisses.containsKey(insured.caisse()))
                        .isEmpty())
        .map(caisses -> new PilotsOnly(new TreeMap<>(caisses).values().toString(), next));
  }

  /**
   * Only pilots may open one, and this person is not of them.
   *
   * @param caisses as people call them
   */
  record PilotsOnly(String caisses, Optional<Instant> next) implements Reason {
    @Override
    public String name() {
      return "ROLLOUT_PILOTS_ONLY";
    }

    @Override
    public Told told() {
      String names = caisses.substring(1, caisses.length() - 1);
      return new Told(
          Kind.FORBIDDEN,
          "For now dossiers are opened for adult policyholders of the general scheme (scheme 01)"
              + " whose caisse is one of: "
              + names
              + ". If that is so, send affiliation with scheme, caisse and policyholder."
              + next.map(from -> " From " + day(from, Locale.ENGLISH) + " the next step holds.")
                  .orElse(""),
          "Pour l'instant, un dossier s'ouvre pour les assurés majeurs du régime général (régime"
              + " 01) dont la caisse est l'une des suivantes : "
              + names
              + ". Si c'est le cas, envoyez affiliation avec scheme, caisse et policyholder."
              + next.map(from -> " L'étape suivante commence le " + day(from, Locale.FRENCH) + ".")
                  .orElse(""));
    }

    private static String day(Instant from, Locale locale) {
      return DateTimeFormatter.ofPattern("d MMMM uuuu", locale).format(from.atZone(Paris.ZONE));
    }
  }
}
