package fr.carnet.events;

/**
 * CloudEvents 1.0 attributes as Kafka headers (binary mode). Nothing personal may stand in a
 * header: an owner is {@code owner}, never a name or a pseudonym.
 */
public final class Headers {
  public static final String SPEC_VERSION = "ce_specversion";
  public static final String ID = "ce_id";
  public static final String TYPE = "ce_type";
  public static final String SOURCE = "ce_source";

  /** The database's clock when the fact was recorded; UTC, ISO 8601. */
  public static final String TIME = "ce_time";

  /** The dossier's id. */
  public static final String SUBJECT = "ce_subject";

  /** The place of the event in its dossier's stream, from 1; absent where there is no stream. */
  public static final String STREAM_VERSION = "ce_streamversion";

  public static final String ACTOR = "ce_actor";
  public static final String CORRELATION = "ce_correlation";

  private Headers() {}
}
