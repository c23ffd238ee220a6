package fr.carnet.resourceserver;

import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.ws.rs.ConstrainedTo;
import jakarta.ws.rs.RuntimeType;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.ext.Provider;
import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.ReaderInterceptorContext;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Deliveries and documents have limits of their own, or none. A JSON body is read whole, so it has
 * one everywhere; and only then does the time begin after which a refusal is answered, so that who
 * sends a body late cannot choose at which moment of a step it is looked at. What this service
 * itself is answered by its neighbours is not a request's body.
 */
@Provider
@ConstrainedTo(RuntimeType.SERVER)
public class SmallJsonBodies implements ReaderInterceptor {
  private static final long MOST_BYTES = 1 << 20;

  @Inject RoutingContext request;

  @Override
  public Object aroundReadFrom(ReaderInterceptorContext context) throws IOException {
    if (MediaType.APPLICATION_JSON_TYPE.isCompatible(context.getMediaType())) {
      context.setInputStream(new Limited(context.getInputStream()));
    }
    Object read = context.proceed();
    EvenTime.begins(request);
    return read;
  }

  private static final class Limited extends FilterInputStream {
    private long left = MOST_BYTES;

    Limited(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      if (read >= 0) {
        count(1);
      }
      return read;
    }

    @Override
    public int read(byte[] into, int from, int most) throws IOException {
      int read = super.read(into, from, most);
      count(Math.max(0, read));
      return read;
    }

    private void count(int read) {
      left -= read;
      if (left < 0) {
        throw new Refusal(RequestProblem.BODY_TOO_LARGE);
      }
    }
  }
}
