package fr.carnet.dossier.querying;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/** What fails midway breaks the answer off, so that a part never looks like the whole. */
final class WholeOrBroken extends FilterInputStream {
  private static final Logger LOG = Logger.getLogger(WholeOrBroken.class);

  /** For one who reads no more, and is cut off by and by. */
  private static final Duration MOST = Duration.ofMinutes(1);

  private final HttpServerRequest request;

  WholeOrBroken(InputStream opened, HttpServerRequest request) {
    super(opened);
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

  /** Breaks an answer off that has begun; one that has not can still be another. */
  static void breakOff(HttpServerRequest request) {
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
