package fr.carnet.ingest.arriving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fr.carnet.resourceserver.Refusal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bodies of any kind → lines, or the end. */
class BodiesTest {

  /** The same bytes without end. */
  private static InputStream endless(String text) {
    byte[] bytes = text.repeat(1 + 50_000 / text.length()).getBytes(StandardCharsets.UTF_8);
    return new InputStream() {
      private int next;

      @Override
      public int read() {
        throw new UnsupportedOperationException();
      }

      @Override
      public int read(byte[] into, int offset, int length) {
        int count = Math.min(length, bytes.length - next);
        System.arraycopy(bytes, next, into, offset, count);
        next = (next + count) % bytes.length;
        return count;
      }
    };
  }

  /** One byte at a time. */
  private static InputStream slow(byte[] bytes) {
    return new ByteArrayInputStream(bytes) {
      @Override
      public synchronized int read(byte[] into, int offset, int length) {
        return super.read(into, offset, Math.min(length, 1));
      }
    };
  }

  @Test
  @Timeout(120)
  void aBodyWithoutAnyLineEnds() {
    String tooLong = "x".repeat(200_000) + "\n";
    for (String nothing : List.of("\n", " \r\n", "x", " ", tooLong)) {
      NdjsonLines lines = new NdjsonLines(endless(nothing));
      assertThatThrownBy(
              () -> {
                while (!lines.next(1_000).isEmpty()) {
                  // The next thousand.
                }
              })
          .isInstanceOf(Refusal.class);
    }
  }

  @Test
  void linesAreTheSameHoweverTheyCome() throws IOException {
    byte[] body =
        ("one\n\n \t\r\n" + "y".repeat(70_000) + "\ntwo\r\n" + "\n".repeat(2_000) + "three")
            .getBytes(StandardCharsets.UTF_8);
    for (InputStream in : List.of(new ByteArrayInputStream(body), slow(body))) {
      List<byte[]> lines = new NdjsonLines(in).next(100);
      assertThat(lines.stream().map(line -> new String(line, StandardCharsets.UTF_8)))
          .containsExactly("one", "y".repeat(65_537), "two\r", "three");
    }
  }

  @Test
  @Timeout(120)
  void sendersWhoseBodiesAreAlwaysThereDoNotKeepOthersWaiting() throws InterruptedException {
    // given: more of them than there are processors
    AtomicBoolean go = new AtomicBoolean(true);
    List<Thread> senders = new ArrayList<>();
    for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors() + 2; i++) {
      senders.add(
          Thread.startVirtualThread(
              () -> {
                NdjsonLines lines = new NdjsonLines(endless("{\"lineId\":\"a\"}\n"));
                try {
                  while (go.get()) {
                    lines.next(100_000);
                  }
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              }));
    }
    // when
    CountDownLatch served = new CountDownLatch(20);
    for (int i = 0; i < 20; i++) {
      var _ = Thread.startVirtualThread(served::countDown);
    }
    // then
    assertThat(served.await(10, TimeUnit.SECONDS)).isTrue();
    go.set(false);
    for (Thread sender : senders) {
      sender.join();
    }
  }

  @Test
  void allMembersAreReadToTheLastByte() throws IOException {
    byte[] one = gzip("one\n");
    byte[] two = gzip("two\n");
    assertThat(unpacked(one)).isEqualTo("one\n");
    assertThat(unpacked(joined(one, two))).isEqualTo("one\ntwo\n");
    // Flags: extra, name, comment, checksum of the header.
    byte[] flagged =
        joined(
            new byte[] {0x1f, (byte) 0x8b, 8, 2 + 4 + 8 + 16, 0, 0, 0, 0, 0, 0},
            new byte[] {2, 0, 'x', 'x', 'n', 0, 'c', 0, 9, 9},
            Arrays.copyOfRange(one, 10, one.length));
    assertThat(unpacked(flagged)).isEqualTo("one\n");
  }

  @Test
  void aBodyThatIsCutOrSpoiltAnywhereIsNoBody() throws IOException {
    byte[] one = gzip("one\n");
    byte[] both = joined(one, gzip("two\n"));
    for (int end = 0; end < both.length; end++) {
      byte[] cut = Arrays.copyOf(both, end);
      if (end != one.length) {
        assertThatThrownBy(() -> unpacked(cut))
            .as("cut at %d", end)
            .isInstanceOf(IOException.class);
      }
    }
    for (int at :
        new int[] {0, 1, 2, 3, one.length, one.length + 1, both.length - 8, both.length - 1}) {
      byte[] spoilt = both.clone();
      spoilt[at] ^= (byte) 0xe1;
      assertThatThrownBy(() -> unpacked(spoilt)).as("at %d", at).isInstanceOf(ZipException.class);
    }
  }

  @Test
  void aBodyThatUnpacksToAHundredTimesItsSizeEnds() throws IOException {
    byte[] bomb = gzip("{\"lineId\":\"a\"}\n".repeat(2_000_000));
    assertThatThrownBy(() -> unpacked(bomb)).isInstanceOf(Refusal.class);
  }

  private static String unpacked(byte[] body) throws IOException {
    try (InputStream in = new GzipMembers(slow(body))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private static byte[] joined(byte[]... parts) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.write(part);
    }
    return all.toByteArray();
  }
}
