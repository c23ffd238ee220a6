package fr.carnet.resourceserver;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import fr.carnet.events.Reason;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;

/**
 * A problem document (RFC 9457).
 *
 * @param type a URN that ends in the code
 * @param code stable; what clients should look at
 * @param field of the request, that it is about
 * @param detail what to do about it, in English
 * @param detailFr the same in French
 * @param correlation the id to quote when asking for help
 */
public record Problem(
    String type,
    String title,
    int status,
    String code,
    @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<String> field,
    String detail,
    @JsonProperty("detail_fr") String detailFr,
    String correlation) {
  /** The media type of problem documents. */
  public static final String MEDIA_TYPE = "application/problem+json";

  /** The problem that a reason is, over HTTP. */
  public static Problem of(Reason reason, Optional<String> field, String correlation) {
    int status =
        switch (reason.kind()) {
          case INVALID -> 422;
          case FORBIDDEN -> 403;
          case NOT_FOUND -> 404;
          case CONFLICT -> 409;
          case TOO_MANY, TOO_MANY_AT_ONCE -> 429;
          case UNAVAILABLE -> 503;
        };
    return of(status, reason.code(), field, reason.english(), reason.french(), correlation);
  }

  static Problem of(
      int status,
      String code,
      Optional<String> field,
      String english,
      String french,
      String correlation) {
    Response.Status known = Response.Status.fromStatusCode(status);
    return new Problem(
        "urn:carnet:problem:" + code,
        known == null ? "Unprocessable Content" : known.getReasonPhrase(),
        status,
        code,
        field,
        english,
        french,
        correlation);
  }

  /** The answer that carries this document. */
  public Response response() {
    return Response.status(status).type(MediaType.valueOf(MEDIA_TYPE)).entity(this).build();
  }
}
