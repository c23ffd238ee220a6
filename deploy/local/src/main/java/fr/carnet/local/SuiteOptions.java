package fr.carnet.local;

import fr.carnet.platform.Durability;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How a suite is to be started.
 *
 * @param project the folder with {@code mvnw}, where the built services are
 * @param data everything the suite keeps
 * @param fresh whether what the data folder keeps is thrown away first
 * @param durability whether PostgreSQL survives the machine
 * @param ports how ports are chosen
 * @param partitions of every topic, fixed for the life of the data
 * @param services which of them are started
 * @param codeLists a folder of code lists that ingest goes by; where it is absent ingest looks at
 *     the form of codes only
 * @param environment variables that every service gets besides its own, winning over them
 * @param progress is told one line at a time
 */
public record SuiteOptions(
    Path project,
    Path data,
    boolean fresh,
    Durability durability,
    PortChoice ports,
    int partitions,
    List<Service> services,
    Optional<Path> codeLists,
    Map<String, String> environment,
    Consumer<String> progress) {

  /** The system property that names the project's folder. */
  static final String PROJECT_PROPERTY = "carnet.project";

  private static final int LOCAL_PARTITIONS = 4;

  /** Copies what it is given. */
  public SuiteOptions {
    project = project.toAbsolutePath().normalize();
    data = data.toAbsolutePath().normalize();
    services = List.copyOf(services);
    environment = Map.copyOf(environment);
  }

  /** As people run it: the ports of the README, durable, kept in {@code .carnet}. */
  public static SuiteOptions forPeople() {
    Path project = locatedProject();
    return new SuiteOptions(
        project,
        project.resolve(".carnet"),
        false,
        Durability.DURABLE,
        PortChoice.WANTED,
        LOCAL_PARTITIONS,
        List.of(Service.values()),
        Optional.empty(),
        Map.of(),
        System.out::println);
  }

  /** As tests run it: beside whatever else runs, in a folder of the test, without a word. */
  public static SuiteOptions forTests(Path data) {
    return new SuiteOptions(
        locatedProject(),
        data,
        false,
        Durability.FAST,
        PortChoice.ANY,
        LOCAL_PARTITIONS,
        List.of(Service.values()),
        Optional.empty(),
        Map.of(),
        line -> {});
  }

  /** The same, with its data elsewhere. */
  public SuiteOptions withData(Path folder) {
    return new SuiteOptions(
        project,
        folder,
        fresh,
        durability,
        ports,
        partitions,
        services,
        codeLists,
        environment,
        progress);
  }

  /** The same, on an emptied data folder or not. */
  public SuiteOptions withFresh(boolean emptied) {
    return new SuiteOptions(
        project,
        data,
        emptied,
        durability,
        ports,
        partitions,
        services,
        codeLists,
        environment,
        progress);
  }

  /** The same, durable or fast. */
  public SuiteOptions withDurability(Durability other) {
    return new SuiteOptions(
        project, data, fresh, other, ports, partitions, services, codeLists, environment, progress);
  }

  /** The same, on ports chosen otherwise. */
  public SuiteOptions withPorts(PortChoice other) {
    return new SuiteOptions(
        project,
        data,
        fresh,
        durability,
        other,
        partitions,
        services,
        codeLists,
        environment,
        progress);
  }

  /** The same, with another number of partitions of every topic. */
  public SuiteOptions withPartitions(int number) {
    return new SuiteOptions(
        project,
        data,
        fresh,
        durability,
        ports,
        number,
        services,
        codeLists,
        environment,
        progress);
  }

  /** The same, with these services only; the others keep an address that nobody answers. */
  public SuiteOptions withServices(Service... some) {
    return new SuiteOptions(
        project,
        data,
        fresh,
        durability,
        ports,
        partitions,
        List.of(some),
        codeLists,
        environment,
        progress);
  }

  /** The same, with ingest going by the code lists of this folder. */
  public SuiteOptions withCodeLists(Path folder) {
    return new SuiteOptions(
        project,
        data,
        fresh,
        durability,
        ports,
        partitions,
        services,
        Optional.of(folder.toAbsolutePath().normalize()),
        environment,
        progress);
  }

  /** The same, with these variables for every service. */
  public SuiteOptions withEnvironment(Map<String, String> variables) {
    return new SuiteOptions(
        project,
        data,
        fresh,
        durability,
        ports,
        partitions,
        services,
        codeLists,
        variables,
        progress);
  }

  /** The same, telling its progress elsewhere. */
  public SuiteOptions withProgress(Consumer<String> listener) {
    return new SuiteOptions(
        project,
        data,
        fresh,
        durability,
        ports,
        partitions,
        services,
        codeLists,
        environment,
        listener);
  }

  /** The project that {@code ./carnet} names, or the one that this code was built in. */
  private static Path locatedProject() {
    String named = System.getProperty(PROJECT_PROPERTY, "");
    if (!named.isEmpty()) {
      return Path.of(named);
    }
    try {
      Path code =
          Path.of(SuiteOptions.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      for (Path above = code; above != null; above = above.getParent()) {
        if (Files.exists(above.resolve("mvnw"))) {
          return above;
        }
      }
      throw new IllegalStateException("no project above " + code);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
