package fr.carnet.dossier.deciding;

import fr.carnet.events.Wire;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Every step of the rollout, oldest first: an opening goes by the one of its instant. */
public final class Rollouts {
  /** As the file has it. */
  private record File(List<Step> steps) {}

  private record Step(String version, Instant validFrom, Optional<Map<String, String>> pilots) {}

  private final List<Rollout> steps;

  private Rollouts(List<Rollout> steps) {
    this.steps = List.copyOf(steps);
  }

  /**
   * The steps in a file.
   *
   * @throws RuntimeException when there are none, or they are not in order
   */
  public static Rollouts read(byte[] json) {
    List<Step> read = Wire.read(json, File.class).steps();
    if (read.isEmpty()) {
      throw new IllegalArgumentException("there is no step of the rollout");
    }
    List<Rollout> steps = new ArrayList<>();
    for (int i = 0; i < read.size(); i++) {
      Step step = read.get(i);
      Optional<Instant> next =
          i + 1 < read.size() ? Optional.of(read.get(i + 1).validFrom()) : Optional.empty();
      if (next.filter(later -> !step.validFrom().isBefore(later)).isPresent()) {
        throw new IllegalArgumentException("steps are ordered by validFrom, oldest first");
      }
      steps.add(new Rollout(step.version(), step.validFrom(), step.pilots(), next));
    }
    if (steps.stream().map(Rollout::version).distinct().count() != steps.size()) {
      throw new IllegalArgumentException("two steps have the same version");
    }
    return new Rollouts(steps);
  }

  /** The step in force at an instant; none before the first. */
  public Optional<Rollout> at(Instant instant) {
    return steps.stream()
        .filter(step -> !step.validFrom().isAfter(instant))
        .reduce((_, later) -> later);
  }
}
