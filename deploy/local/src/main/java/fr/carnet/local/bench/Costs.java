package fr.carnet.local.bench;

import fr.carnet.local.Foundation;
import fr.carnet.local.Part;
import fr.carnet.local.Suite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * What processes have used of the machine, as Linux counts it in {@code /proc}; elsewhere nothing
 * is known and every figure is 0.
 */
record Costs(SequencedMap<String, Cost> byProcess) {
  private static final Path PROC = Path.of("/proc");

  /** Linux counts in hundredths of a second wherever it runs today. */
  private static final double TICKS_A_SECOND = 100.0;

  private static final String SELF = "this program";

  /**
   * Of one part and all its processes.
   *
   * @param cpuSeconds since it started, user and system
   * @param residentMebibytes with what several processes share counted once, in shares
   */
  record Cost(double cpuSeconds, double residentMebibytes) {}

  /** Now. */
  static Costs of(Suite suite) {
    SequencedMap<String, Cost> costs = new LinkedHashMap<>();
    for (Map.Entry<Part, Long> part : suite.pids().entrySet()) {
      costs.put(part.getKey().title(), tree(part.getKey(), part.getValue()));
    }
    costs.put(SELF, process(ProcessHandle.current().pid(), false));
    return new Costs(costs);
  }

  /** What was used since then; memory as it is now. */
  Costs since(Costs before) {
    SequencedMap<String, Cost> used = new LinkedHashMap<>();
    byProcess.forEach(
        (name, now) -> {
          Cost then = before.byProcess.getOrDefault(name, new Cost(0, 0));
          used.put(name, new Cost(now.cpuSeconds - then.cpuSeconds, now.residentMebibytes));
        });
    return new Costs(used);
  }

  /** Of all together. */
  double cpuSeconds() {
    return byProcess.values().stream().mapToDouble(Cost::cpuSeconds).sum();
  }

  /** Of the suite alone. */
  double suiteCpuSeconds() {
    return cpuSeconds() - byProcess.getOrDefault(SELF, new Cost(0, 0)).cpuSeconds;
  }

  /** What used most CPU. */
  Map.Entry<String, Cost> busiest() {
    return byProcess.entrySet().stream()
        .max(Comparator.comparingDouble(part -> part.getValue().cpuSeconds()))
        .orElseThrow();
  }

  private static Cost tree(Part part, long pid) {
    List<Long> children =
        ProcessHandle.of(pid).stream()
            .flatMap(ProcessHandle::descendants)
            .map(ProcessHandle::pid)
            .toList();
    // PostgreSQL's sessions are processes; those that ended are in their parent's account.
    Cost sum = process(pid, part == Foundation.POSTGRES);
    for (long child : children) {
      Cost cost = process(child, false);
      sum =
          new Cost(
              sum.cpuSeconds + cost.cpuSeconds, sum.residentMebibytes + cost.residentMebibytes);
    }
    return sum;
  }

  private static Cost process(long pid, boolean withEndedChildren) {
    Path folder = PROC.resolve(Long.toString(pid));
    try {
      String stat = Files.readString(folder.resolve("stat"));
      // The name, in parentheses, may hold anything; the state is the first field behind it.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      long ticks = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
      if (withEndedChildren) {
        ticks += Long.parseLong(fields[13]) + Long.parseLong(fields[14]);
      }
      return new Cost(ticks / TICKS_A_SECOND, resident(folder));
    } catch (IOException e) {
      return new Cost(0, 0);
    }
  }

  private static double resident(Path folder) throws IOException {
    for (Path file : List.of(folder.resolve("smaps_rollup"), folder.resolve("status"))) {
      try (Stream<String> lines = Files.lines(file)) {
        var kibibytes =
            lines
                .filter(line -> line.startsWith("Pss:") || line.startsWith("VmRSS:"))
                .map(line -> line.replaceAll("[^0-9]", ""))
                .mapToLong(Long::parseLong)
                .findFirst();
        if (kibibytes.isPresent()) {
          return kibibytes.getAsLong() / 1024.0;
        }
      } catch (IOException | java.io.UncheckedIOException e) {
        // Not every kernel shows the first; then the second is to be had.
      }
    }
    return 0;
  }
}
