package fr.carnet.events.care;

/** A line that had passed was secret care (CSP R1111-33) or an error, and is taken back. */
public record CareLineWithdrawn(String lineKey) {
  public static final String WIRE_NAME = "care.line-withdrawn.v1";
}
