package fr.carnet.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Ingest's report of an extract, in sentences. */
final class LoadReport {
  private static final int TOLD_FAULTS = 20;

  private LoadReport() {}

  /** How far it is, in one line. */
  static String progress(JsonNode report) {
    long bytes = 0;
    long read = 0;
    long lastLine = 0;
    for (JsonNode file : report.path("files")) {
      bytes += file.path("bytes").asLong();
      read += file.path("bytesRead").asLong();
      if (file.path("file").asText().equals("ER_PRS_F.csv")) {
        lastLine = file.path("lastLine").asLong();
      }
    }
    return String.format(
        Locale.ROOT,
        "%-8s read %,d of %,d bytes; fed to line %,d of %,d; %s   ",
        report.path("state").asText(),
        read,
        bytes,
        report.path("fedToLine").asLong(),
        lastLine,
        counted(report.path("lines").path("fed").asLong(), "line"));
  }

  /** What came of it, once it has ended. */
  static List<String> of(JsonNode report) {
    List<String> told = new ArrayList<>();
    if (report.path("dryRun").asBoolean()) {
      told.add("A dry run: no line was kept.");
    }
    JsonNode lines = report.path("lines");
    told.add(
        String.format(
            Locale.ROOT,
            "%s = %,d accepted + %,d repeated + %,d outside the window + %,d rejected%s",
            counted(lines.path("fed").asLong(), "line"),
            lines.path("accepted").asLong(),
            lines.path("repeated").asLong(),
            lines.path("outsideWindow").asLong(),
            lines.path("rejected").asLong(),
            byCode(lines.path("rejectedByReason"))));
    told.add(
        String.format(
            Locale.ROOT,
            "no lines: %s, %s no care",
            counted(report.path("supplements").asLong(), "supplement"),
            counted(report.path("notCare").asLong(), "row")
                + (report.path("notCare").asLong() == 1 ? " that is" : " that are")));
    if (!report.path("state").asText().equals("DONE")) {
      told.add("Refused, and nothing was fed" + byCode(report.path("faultsByCode")));
      int faults = 0;
      for (JsonNode fault : report.path("faults")) {
        if (faults++ < TOLD_FAULTS) {
          told.add("  " + fault(fault));
        }
      }
    }
    return told;
  }

  private static String fault(JsonNode fault) {
    StringBuilder where = new StringBuilder(fault.path("file").asText());
    // 0 is the whole file.
    if (fault.path("line").asLong() > 0) {
      where.append(" line ").append(fault.path("line").asLong());
    }
    for (String more : List.of("column", "key")) {
      if (!fault.path(more).asText("").isEmpty()) {
        where.append(' ').append(fault.path(more).asText());
      }
    }
    return where + ": " + fault.path("english").asText();
  }

  private static String byCode(JsonNode counts) {
    List<String> each = new ArrayList<>();
    counts.properties().forEach(one -> each.add(one.getKey() + " " + one.getValue().asLong()));
    return each.isEmpty() ? "" : ": " + String.join(", ", each);
  }

  private static String counted(long number, String what) {
    return String.format(Locale.ROOT, "%,d %s%s", number, what, number == 1 ? "" : "s");
  }
}
