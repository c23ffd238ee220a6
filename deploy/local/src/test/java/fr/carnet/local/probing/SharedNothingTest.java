package fr.carnet.local.probing;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two verifiers are two only as long as they share nothing but the JDK. */
class SharedNothingTest {
  private static final String OWN = "fr/carnet/local/probing/SecondVerifier";

  @Test
  void theSecondVerifierNamesNoClassButItsOwnAndThoseOfJava() throws Exception {
    Path classes =
        Path.of(SecondVerifier.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<String> named = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(
            classes.resolve("fr/carnet/local/probing"), "SecondVerifier*.class")) {
      for (Path file : files) {
        for (PoolEntry entry : ClassFile.of().parse(file).constantPool()) {
          switch (entry) {
            case ClassEntry type -> named.add(type.asInternalName());
            case Utf8Entry text -> texts.add(text.stringValue());
            default -> {
              // Numbers, and what points at the two.
            }
          }
        }
      }
    }
    assertThat(named)
        .hasSizeGreaterThan(20)
        .allMatch(name -> name.matches("\\[*L?(" + OWN + "|java/).*|\\[+[A-Z]"));
    assertThat(texts).noneMatch(text -> text.replace(OWN, "").contains("fr/carnet/"));
  }
}
