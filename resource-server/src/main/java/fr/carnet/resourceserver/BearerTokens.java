package fr.carnet.resourceserver;

import fr.carnet.events.Wire;
import java.io.IOException;
import java.util.Base64;
import java.util.Optional;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;

/** What is wrong with an access token that was not accepted. */
final class BearerTokens {
  private static final String SCHEME = "Bearer ";

  private BearerTokens() {}

  /**
   * Why there is nobody behind a request.
   *
   * @param authorization the header, where there is one
   */
  static RequestProblem problem(Throwable failure, Optional<String> authorization) {
    Optional<String> token =
        authorization
            .filter(header -> header.startsWith(SCHEME))
            .map(header -> header.substring(SCHEME.length()));
    if (token.isEmpty()) {
      return RequestProblem.TOKEN_MISSING_OR_INVALID;
    }
    if (isUnsigned(token.get())) {
      return RequestProblem.TOKEN_NOT_SIGNED;
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof InvalidJwtException invalid) {
        return problem(invalid);
      }
    }
    return RequestProblem.TOKEN_MISSING_OR_INVALID;
  }

  /** The signature is looked at first: nothing that an unsigned claim says is told. */
  private static RequestProblem problem(InvalidJwtException invalid) {
    if (invalid.hasErrorCode(ErrorCodes.SIGNATURE_INVALID)) {
      return RequestProblem.TOKEN_SIGNATURE_WRONG;
    }
    if (invalid.hasErrorCode(ErrorCodes.EXPIRED)) {
      return RequestProblem.TOKEN_EXPIRED;
    }
    if (invalid.hasErrorCode(ErrorCodes.NOT_YET_VALID)
        || invalid.hasErrorCode(ErrorCodes.ISSUED_AT_INVALID_FUTURE)) {
      return RequestProblem.TOKEN_NOT_YET_VALID;
    }
    if (invalid.hasErrorCode(ErrorCodes.ISSUER_INVALID)
        || invalid.hasErrorCode(ErrorCodes.ISSUER_MISSING)) {
      return RequestProblem.TOKEN_WRONG_ISSUER;
    }
    if (invalid.hasErrorCode(ErrorCodes.AUDIENCE_INVALID)
        || invalid.hasErrorCode(ErrorCodes.AUDIENCE_MISSING)) {
      return RequestProblem.TOKEN_WRONG_AUDIENCE;
    }
    if (invalid.hasErrorCode(ErrorCodes.EXPIRATION_MISSING)
        || invalid.hasErrorCode(ErrorCodes.ISSUED_AT_MISSING)
        || invalid.hasErrorCode(ErrorCodes.SUBJECT_MISSING)) {
      return RequestProblem.TOKEN_CLAIM_MISSING;
    }
    return RequestProblem.TOKEN_MISSING_OR_INVALID;
  }

  private static boolean isUnsigned(String token) {
    try {
      byte[] header = Base64.getUrlDecoder().decode(token.split("\\.", 2)[0]);
      return Wire.JSON.readTree(header).path("alg").asText().equalsIgnoreCase("none");
    } catch (IllegalArgumentException | IOException e) {
      return false;
    }
  }
}
