package fr.carnet.platform;

import java.util.List;
import java.util.stream.Stream;

/** How a JVM is started. */
public final class Jvm {
  /** The system property with further options, which the build gives to tests. */
  private static final String PROPERTY = "carnet.jvm";

  private Jvm() {}

  /**
   * The command for these arguments, on the JDK that runs. In tests with their options: what is
   * started there lives for seconds, and to compile it well would take longer than it runs.
   */
  public static List<String> command(List<String> arguments) {
    return Stream.of(
            Stream.of(Platform.java()),
            Stream.of(System.getProperty(PROPERTY, "").split(" ")).filter(each -> !each.isEmpty()),
            arguments.stream())
        .flatMap(each -> each)
        .toList();
  }
}
