package fr.carnet.platform;

import java.net.http.HttpClient;
import java.time.Duration;

/** How the launcher asks over HTTP. */
public final class Clients {
  private static final Duration CONNECTING = Duration.ofSeconds(2);

  private Clients() {}

  /**
   * A client for servers of this machine, by HTTP/1.1: an upgrade to HTTP/2 that a server does not
   * answer would be waited for without end.
   */
  public static HttpClient.Builder http() {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECTING);
  }
}
