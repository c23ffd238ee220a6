package fr.carnet.local.bench;

import fr.carnet.local.Api;
import fr.carnet.local.Service;
import fr.carnet.local.Suite;
import fr.carnet.platform.Clients;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * Documents of 1 MB put into dossiers and got again by a doctor, some at once: PNGs of a thousand
 * times a thousand random grey points, so that nothing makes them smaller.
 */
final class DocumentLoad {
  private static final int SIDE = 1_000;
  private static final int AT_ONCE = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int OK = 200;
  private static final int CREATED = 201;
  private static final List<Integer> NO_SUCH_RESOURCE = List.of(404, 405);
  private static final double MEGABYTE = 1e6;

  /** Documents that came back byte for byte, and megabytes (10^6 bytes) a second each way. */
  record Timing(int documents, double upMegabytesPerSecond, double downMegabytesPerSecond) {}

  private record Put(UUID dossierId, String itemId) {}

  private final Suite suite;
  private final IntFunction<UUID> dossier;
  private final int dossiers;
  private final SplittableRandom random;

  DocumentLoad(Suite suite, IntFunction<UUID> dossier, int dossiers, long seed) {
    this.suite = suite;
    this.dossier = dossier;
    this.dossiers = dossiers;
    this.random = new SplittableRandom(seed);
  }

  /** Puts and gets so many after as many to warm up; empty where the service takes no documents. */
  Optional<Timing> run(int count) throws IOException, InterruptedException {
    String token = suite.accounts().token(MadeUpDossier.DOCTOR);
    byte[] image = png(random);
    try (Api api = new Api();
        HttpClient client = Clients.http().build()) {
      Api.Answer probe = put(api, token, dossier.apply(0), image);
      if (NO_SUCH_RESOURCE.contains(probe.status())) {
        return Optional.empty();
      }
      Timing timing = new Timing(0, 0, 0);
      for (int round = 0; round < 2; round++) {
        List<UUID> into = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          into.add(dossier.apply(random.nextInt(dossiers)));
        }
        long begin = System.nanoTime();
        List<Put> put = inParallel(into, id -> new Put(id, itemId(put(api, token, id, image))));
        long middle = System.nanoTime();
        List<Boolean> same = inParallel(put, one -> comesBack(client, token, one, image));
        long end = System.nanoTime();
        if (same.contains(false)) {
          throw new IllegalStateException("a document did not come back as it was put");
        }
        double megabytes = count * (double) image.length / MEGABYTE;
        timing =
            new Timing(
                count, megabytes / ((middle - begin) / 1e9), megabytes / ((end - middle) / 1e9));
      }
      return Optional.of(timing);
    }
  }

  private interface Step<T, R> {
    R of(T one) throws IOException, InterruptedException;
  }

  private static <T, R> List<R> inParallel(List<T> all, Step<T, R> step)
      throws InterruptedException {
    try (ExecutorService workers = Executors.newFixedThreadPool(AT_ONCE)) {
      List<Callable<R>> steps = all.stream().<Callable<R>>map(one -> () -> step.of(one)).toList();
      List<R> done = new ArrayList<>();
      for (Future<R> one : workers.invokeAll(steps)) {
        done.add(one.get());
      }
      return done;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
    }
  }

  private Api.Answer put(Api api, String token, UUID dossierId, byte[] image) {
    return api.postFile(
        at(dossierId, "/documents"),
        token,
        Map.of("title", "Radiographie", "typeCode", "18748-4"),
        "image/png",
        image);
  }

  private static String itemId(Api.Answer answer) {
    if (answer.status() != CREATED) {
      throw new IllegalStateException("a document was not taken: " + answer);
    }
    return answer.json().path("itemId").asText();
  }

  private boolean comesBack(HttpClient client, String token, Put put, byte[] image)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> answer =
        client.send(
            HttpRequest.newBuilder(at(put.dossierId(), "/documents/" + put.itemId()))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + token)
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    return answer.statusCode() == OK && Arrays.equals(answer.body(), image);
  }

  private URI at(UUID dossierId, String rest) {
    return suite.url(Service.DOSSIER).resolve("/dossiers/" + dossierId + rest);
  }

  /** 1 MB that nothing makes smaller. */
  static byte[] png(SplittableRandom random) throws IOException {
    ByteArrayOutputStream rows = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflated =
        new DeflaterOutputStream(rows, new Deflater(Deflater.NO_COMPRESSION))) {
      byte[] row = new byte[SIDE];
      for (int y = 0; y < SIDE; y++) {
        deflated.write(0);
        random.nextBytes(row);
        deflated.write(row);
      }
    }
    ByteArrayOutputStream image = new ByteArrayOutputStream();
    image.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    chunk(image, "IHDR", ByteBuffer.allocate(13).putInt(SIDE).putInt(SIDE).put((byte) 8).array());
    chunk(image, "IDAT", rows.toByteArray());
    chunk(image, "IEND", new byte[0]);
    return image.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream image, String type, byte[] data) {
    byte[] name = type.getBytes(StandardCharsets.ISO_8859_1);
    CRC32 check = new CRC32();
    check.update(name);
    check.update(data);
    image.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
    image.writeBytes(name);
    image.writeBytes(data);
    image.writeBytes(ByteBuffer.allocate(4).putInt((int) check.getValue()).array());
  }
}
