package fr.carnet.local.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import fr.carnet.local.Suite;
import fr.carnet.local.SuiteOfItsOwn;
import java.util.List;
import java.util.stream.IntStream;

/** Runs a benchmark on a suite of its own, and prints its table and, last, its line of JSON. */
final class Benchmarking {
  private static final int FAILED = 1;

  private Benchmarking() {}

  /** What is measured on a suite that is up. */
  interface Benchmark {
    Measured run(Suite suite) throws Exception;
  }

  /** Whether one can be measured after the other, each more than none and than the one before. */
  static boolean areSizes(List<Integer> sizes) {
    return sizes.getFirst() > 0
        && IntStream.range(1, sizes.size()).allMatch(i -> sizes.get(i - 1) < sizes.get(i));
  }

  /** The exit status of the command: 0 only when it came to its end and nothing was lost. */
  static int on(SuiteOfItsOwn own, String folder, Benchmark benchmark) throws Exception {
    Measured measured;
    try (Suite suite = own.in(folder)) {
      System.out.println("Starting, with data in " + suite.data());
      suite.start();
      measured = benchmark.run(suite);
    } catch (RuntimeException e) {
      System.err.println();
      System.err.println("The benchmark failed: " + e.getMessage());
      return FAILED;
    }
    System.out.println();
    System.out.print(measured.table());
    System.out.println();
    measured.losses().forEach(System.err::println);
    System.out.println(new ObjectMapper().writeValueAsString(measured.figures()));
    return measured.losses().isEmpty() ? 0 : FAILED;
  }
}
