package fr.carnet.events.dossier;

/**
 * Who asks for a release, and why in words. Only ever sealed on Kafka.
 *
 * @param words what is asked for and on which evidence
 */
public record ReleaseRequest(String familyName, String givenName, String words) {
  @Override
  public String toString() {
    return "ReleaseRequest[hidden]";
  }
}
