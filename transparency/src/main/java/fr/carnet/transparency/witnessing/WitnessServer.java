package fr.carnet.transparency.witnessing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import fr.carnet.transparency.NoteSigner;
import fr.carnet.transparency.VerifierKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The program {@code carnet-witness}: one log, one folder, one port. */
public final class WitnessServer implements AutoCloseable {
  private static final int LONGEST_REQUEST = 64 * 1024;
  private static final String USAGE =
      """
      usage: ./carnet witness NAME FOLDER PORT LOG-KEY...

        NAME     of this witness, such as witness.example/w1
        FOLDER   for its key (made when absent) and the last checkpoint
        PORT     where it listens, on this machine: POST /add-checkpoint; for others,
                 ADDRESS:PORT, where 0.0.0.0 is every address
        LOG-KEY  the log's public keys, as GET /log/keys gives them
      """;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Witness witness;
  private final VerifierKey key;
  private final FileChannel lock;

  private WitnessServer(
      Witness witness, VerifierKey key, FileChannel lock, InetSocketAddress address)
      throws IOException {
    this.witness = witness;
    this.key = key;
    this.lock = lock;
    this.server = HttpServer.create(address, 0);
    server.setExecutor(threads);
    server.createContext("/add-checkpoint", this::answer);
    server.start();
  }

  /** Starts a witness that listens to this machine only. */
  public static WitnessServer start(String name, Path folder, int port, List<VerifierKey> logKeys)
      throws IOException {
    return start(
        name, folder, new InetSocketAddress(InetAddress.getLoopbackAddress(), port), logKeys);
  }

  /**
   * Starts a witness, which has its folder to itself: two would each go on from the same checkpoint
   * and cosign two histories.
   *
   * @throws OverlappingFileLockException when another one has the folder, here or in another
   *     program
   */
  static WitnessServer start(
      String name, Path folder, InetSocketAddress address, List<VerifierKey> logKeys)
      throws IOException {
    Files.createDirectories(folder);
    FileChannel lock =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (lock.tryLock() == null) {
        throw new OverlappingFileLockException();
      }
      NoteSigner signer = WitnessKey.inFile(folder.resolve("witness.key"), name);
      return new WitnessServer(
          new Witness(signer, logKeys, folder.resolve("checkpoint"), Clock.systemUTC()),
          signer.key(),
          lock,
          address);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /** The key with which its cosignatures are checked. */
  public VerifierKey key() {
    return key;
  }

  /** Where it listens. */
  public int port() {
    return server.getAddress().getPort();
  }

  /** A port, here only, or {@code ADDRESS:PORT}. */
  static InetSocketAddress address(String text) throws UnknownHostException {
    int colon = text.lastIndexOf(':');
    return new InetSocketAddress(
        colon < 0
            ? InetAddress.getLoopbackAddress()
            : InetAddress.getByName(text.substring(0, colon)),
        Integer.parseInt(text.substring(colon + 1)));
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readNBytes(LONGEST_REQUEST);
      Witness.Answer answer =
          exchange.getRequestMethod().equals("POST")
              ? witness.addCheckpoint(new String(body, StandardCharsets.UTF_8))
              : Witness.Answer.of(405, "POST a checkpoint");
      byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", answer.type());
      exchange.sendResponseHeaders(answer.status(), bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
    try {
      lock.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static void main(String[] args) throws IOException {
    if (List.of(args).contains("--help")) {
      System.out.print(USAGE);
      return;
    }
    if (args.length < 4) {
      System.err.print(USAGE);
      System.exit(2);
    }
    try {
      List<VerifierKey> logKeys =
          List.of(args).subList(3, args.length).stream().map(VerifierKey::parse).toList();
      WitnessServer server = start(args[0], Path.of(args[1]), address(args[2]), logKeys);
      System.out.println("listening on port " + server.port() + "; my key is");
      System.out.println(server.key().format());
    } catch (BindException e) {
      System.err.println(
          "Port " + args[2] + " is in use by another program, or no address of this machine.");
      System.exit(2);
    } catch (UnknownHostException e) {
      System.err.println("There is no address " + args[2] + ".");
      System.exit(2);
    } catch (OverlappingFileLockException e) {
      System.err.println("Another witness runs on " + args[1] + ".");
      System.exit(2);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.print(USAGE);
      System.exit(2);
    }
  }
}
