package fr.carnet.resourceserver;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * Streamed answers. What fails midway breaks the answer off, so that a part never looks like the
 * whole; what fails before the first byte can still be answered with a problem.
 */
public final class WholeOrBroken {
  private static final Logger LOG = Logger.getLogger(WholeOrBroken.class);

  /** For one who reads no more, and is cut off by and by. */
  private static final Duration MOST = Duration.ofMinutes(1);

  private WholeOrBroken() {}

  /** What is written as the answer to this request. */
  public static StreamingOutput written(HttpServerRequest request, StreamingOutput answer) {
    return out -> {
      try {
        answer.write(out);
      } catch (IOException | RuntimeException e) {
        breakOff(request);
        throw e;
      }
    };
  }

  /** What is read as the answer to this request. */
  public static InputStream read(HttpServerRequest request, InputStream answer) {
    return new Read(request, answer);
  }

  private static final class Read extends FilterInputStream {
    private final HttpServerRequest request;

    Read(HttpServerRequest request, InputStream answer) {
      super(answer);
      this.request = request;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int most) throws IOException {
      try {
        return super.read(into, from, most);
      } catch (IOException e) {
        breakOff(request);
        throw e;
      }
    }
  }

  private static void breakOff(HttpServerRequest request) {
    if (!request.response().headWritten()) {
      return;
    }
    if (request.version() == HttpVersion.HTTP_2) {
      request.response().reset();
    } else {
      awaitEnd(request.connection().close().toCompletionStage().toCompletableFuture());
    }
  }

  /** Whatever is answered to the failure before the connection is closed would end the answer. */
  private static void awaitEnd(CompletableFuture<Void> closed) {
    try {
      closed.get(MOST.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.debugf("a broken answer is not closed yet: %s", e.getClass().getSimpleName());
    }
  }
}
