package fr.carnet.resourceserver;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Every refusal and every failure as a problem document; none quotes what was sent. */
class Problems {
  private static final Logger LOG = Logger.getLogger(Problems.class);

  /** In seconds, as {@code Retry-After} counts. */
  private static final int AN_HOUR = 3_600;

  private static final int A_MOMENT = 10;

  @Inject RoutingContext request;

  @ServerExceptionMapper
  Response refusal(Refusal refusal) {
    Response answer =
        Problem.of(refusal.reason(), refusal.field(), Correlation.of(request)).response();
    return switch (refusal.reason().kind()) {
      case FORBIDDEN -> {
        EvenTime.awaitFullStep(request);
        yield answer;
      }
      case TOO_MANY -> {
        EvenTime.awaitFullStep(request);
        yield askAgain(answer, AN_HOUR);
      }
      case TOO_MANY_AT_ONCE -> askAgain(answer, A_MOMENT);
      case INVALID, NOT_FOUND, CONFLICT, UNAVAILABLE -> answer;
    };
  }

  private static Response askAgain(Response answer, int seconds) {
    return Response.fromResponse(answer).header("Retry-After", seconds).build();
  }

  @ServerExceptionMapper({UnauthorizedException.class, AuthenticationFailedException.class})
  Response unauthenticated(SecurityException e) {
    Response problem =
        of(
            401,
            BearerTokens.problem(
                e, Optional.ofNullable(request.request().getHeader("Authorization"))));
    return Response.fromResponse(problem).header("WWW-Authenticate", "Bearer").build();
  }

  @ServerExceptionMapper
  Response forbidden(ForbiddenException e) {
    return of(403, RequestProblem.ROLE_MISSING);
  }

  /** Named twice, because Quarkus has a mapper of its own for the second, and the closest wins. */
  @ServerExceptionMapper({JacksonException.class, MismatchedInputException.class})
  Response unreadable(JacksonException e) {
    return unreadable((Throwable) e);
  }

  /** Names the field, and never what was in it. */
  private Response unreadable(Throwable e) {
    Optional<String> field =
        e instanceof JsonMappingException mapping
            ? Optional.of(
                    mapping.getPath().stream()
                        .map(JsonMappingException.Reference::getFieldName)
                        .filter(Objects::nonNull)
                        .collect(Collectors.joining(".")))
                .filter(path -> !path.isEmpty())
            : Optional.empty();
    return of(400, RequestProblem.REQUEST_NOT_READABLE, field);
  }

  @ServerExceptionMapper
  Response ofTheProtocol(WebApplicationException e) {
    int status = e.getResponse().getStatus();
    if (e.getCause() instanceof JacksonException || status == 400) {
      return unreadable(e.getCause());
    }
    if (status == 404) {
      return of(404, RequestProblem.NO_SUCH_RESOURCE);
    }
    if (status >= 500) {
      return failure(e);
    }
    return Problem.of(
            status,
            "HTTP_" + status,
            Optional.empty(),
            "The method or the Content-Type is not what this address takes; see /q/openapi.",
            "La méthode ou le Content-Type n'est pas ce qu'accepte cette adresse ; voir"
                + " /q/openapi.",
            Correlation.of(request))
        .response();
  }

  @ServerExceptionMapper
  Response failure(Throwable e) {
    // Only where it failed: the text of a database error may quote values.
    StackTraceElement[] stack = e.getStackTrace();
    LOG.errorf(
        "request failed: %s at %s",
        e.getClass().getName(), stack.length == 0 ? "unknown" : stack[0].toString());
    LOG.debug("request failed", e);
    return of(500, RequestProblem.INTERNAL_ERROR);
  }

  private Response of(int status, RequestProblem reason) {
    return of(status, reason, Optional.empty());
  }

  private Response of(int status, RequestProblem reason, Optional<String> field) {
    return Problem.of(
            status,
            reason.code(),
            field,
            reason.english(),
            reason.french(),
            Correlation.of(request))
        .response();
  }
}
