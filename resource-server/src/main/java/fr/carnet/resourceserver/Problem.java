package fr.carnet.resourceserver;

import com.fasterxml.jackson.annotation.JsonProperty;
import fr.carnet.events.Reason;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/**
 * A problem document (RFC 9457).
 *
 * @param type a URN that ends in the code
 * @param code stable; what clients should look at
 * @param detail what to do about it, in English
 * @param detailFr the same in French
 * @param correlation the id to quote when asking for help
 */
public record Problem(
    String type,
    String title,
    int status,
    String code,
    String detail,
    @JsonProperty("detail_fr") String detailFr,
    String correlation) {
  /** The media type of problem documents. */
  public static final String MEDIA_TYPE = "application/problem+json";

  /** The problem that a reason is, over HTTP. */
  public static Problem of(Reason reason, String correlation) {
    int status =
        switch (reason.kind()) {
          case INVALID -> 422;
          case FORBIDDEN -> 403;
          case NOT_FOUND -> 404;
          case CONFLICT -> 409;
          case TOO_MANY -> 429;
          case UNAVAILABLE -> 503;
        };
    return of(status, reason.code(), reason.english(), reason.french(), correlation);
  }

  static Problem of(int status, String code, String english, String french, String correlation) {
    Response.Status known = Response.Status.fromStatusCode(status);
    return new Problem(
        "urn:carnet:problem:" + code,
        known == null ? code : known.getReasonPhrase(),
        status,
        code,
        english,
        french,
        correlation);
  }

  /** The answer that carries this document. */
  public Response response() {
    return Response.status(status).type(MediaType.valueOf(MEDIA_TYPE)).entity(this).build();
  }
}
