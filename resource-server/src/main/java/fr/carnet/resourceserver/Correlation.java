package fr.carnet.resourceserver;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jboss.logging.MDC;

/**
 * Gives each request an id that follows it through logs, events and problem documents. A caller may
 * bring one; what does not look like one is replaced, so that nothing personal slips in.
 */
@ApplicationScoped
class Correlation {
  static final String HEADER = "X-Correlation-Id";
  static final String KEY = "correlation";
  private static final Pattern FORM = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  private static final int BEFORE_ALL = 10_000;

  void register(@Observes Filters filters) {
    filters.register(Correlation::assign, BEFORE_ALL);
  }

  private static void assign(RoutingContext request) {
    String brought = request.request().getHeader(HEADER);
    String id =
        brought != null && FORM.matcher(brought).matches() ? brought : UUID.randomUUID().toString();
    request.put(KEY, id);
    EvenTime.begins(request);
    MDC.put(KEY, id);
    request.response().putHeader(HEADER, id);
    request.next();
  }

  static String of(RoutingContext request) {
    String id = request.get(KEY);
    return id == null ? "" : id;
  }
}
