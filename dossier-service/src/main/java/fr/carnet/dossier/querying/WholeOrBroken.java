package fr.carnet.dossier.querying;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** What fails midway breaks the answer off, so that a part never looks like the whole. */
final class WholeOrBroken extends FilterInputStream {
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
      request.connection().close();
    }
  }
}
