package fr.carnet.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class LoadReportTest {
  private static JsonNode report(String json) throws IOException {
    return new ObjectMapper().readTree(json.replace('\'', '"'));
  }

  @Test
  void one_is_one_and_nothing_is_said_of_what_there_is_none_of() throws IOException {
    JsonNode report =
        report(
            """
            {'state':'DONE','supplements':1,'notCare':1,'lines':
              {'fed':1,'accepted':1,'repeated':0,'outsideWindow':0,'rejected':0,'rejectedByReason':{}}}
            """);
    assertThat(LoadReport.of(report))
        .containsExactly(
            "1 line = 1 accepted + 0 repeated + 0 outside the window + 0 rejected",
            "no lines: 1 supplement, 1 row that is no care");
    assertThat(LoadReport.progress(report)).contains("; 1 line ");
  }

  @Test
  void what_is_wrong_has_its_line_only_where_it_is_about_one() throws IOException {
    JsonNode report =
        report(
            """
            {'state':'REFUSED','supplements':0,'notCare':2,'lines':
              {'fed':2,'accepted':0,'repeated':0,'outsideWindow':0,'rejected':2,
               'rejectedByReason':{'NATURE_CODE_INVALID':2}},
             'faultsByCode':{'FILE_MISSING':1,'VALUE_INVALID':1},
             'faults':[
               {'file':'ER_CAM_F.csv','line':0,'english':'The file is not in the folder.'},
               {'file':'ER_PHA_F.csv','line':7,'column':'PHA_ACT_QSN','english':'No number.'}]}
            """);
    assertThat(LoadReport.of(report))
        .containsExactly(
            "2 lines = 0 accepted + 0 repeated + 0 outside the window + 2 rejected:"
                + " NATURE_CODE_INVALID 2",
            "no lines: 0 supplements, 2 rows that are no care",
            "Refused, and nothing was fed: FILE_MISSING 1, VALUE_INVALID 1",
            "  ER_CAM_F.csv: The file is not in the folder.",
            "  ER_PHA_F.csv line 7 PHA_ACT_QSN: No number.");
  }

  @Test
  void a_dry_run_shows_how_far_it_is_and_at_the_end_that_no_line_was_kept(@TempDir Path folder)
      throws IOException {
    // given: an ingest that is midway when it is asked first, and done when it is looked at
    Path extract = Files.createDirectory(folder.resolve("2026-06"));
    Files.writeString(extract.resolve("ER_PRS_F.csv"), "x\n");
    HttpServer suite =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    answer(suite, "/protocol/openid-connect/token", 200, "{'access_token':'any'}");
    answer(suite, "/extracts", 202, dryRun("FEEDING", 40, 5, 3));
    answer(suite, "/extracts/2026-06", 200, dryRun("DONE", 80, 9, 7));
    suite.start();
    String address = "http://127.0.0.1:" + suite.getAddress().getPort();
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      // when
      int status =
          new CommandLine(new LoadCommand())
              .execute(
                  extract.toString(),
                  "--dry-run",
                  "--data",
                  folder.resolve("data").toString(),
                  "--ingest",
                  address,
                  "--issuer",
                  address);
      // then
      assertThat(status).isZero();
      assertThat(printed.toString(StandardCharsets.UTF_8).split("[\\r\\n]+"))
          .containsExactly(
              "",
              "FEEDING  read 40 of 80 bytes; fed to line 5 of 9; 3 lines   ",
              "DONE     read 80 of 80 bytes; fed to line 9 of 9; 7 lines   ",
              "A dry run: no line was kept.",
              "7 lines = 7 accepted + 0 repeated + 0 outside the window + 0 rejected",
              "no lines: 0 supplements, 0 rows that are no care");
    } finally {
      System.setOut(before);
      suite.stop(0);
    }
  }

  private static String dryRun(String state, int read, int fedToLine, int lines) {
    return """
    {'state':'%s','dryRun':true,'fedToLine':%d,'files':
       [{'file':'ER_PRS_F.csv','bytes':80,'bytesRead':%d,'lastLine':9}],
     'lines':{'fed':%d,'accepted':%d}}
    """
        .formatted(state, fedToLine, read, lines, lines);
  }

  /** Of an extract only where it is asked for as a dry run. */
  private static void answer(HttpServer suite, String path, int status, String json) {
    suite.createContext(
        path,
        exchange -> {
          boolean asked =
              !path.startsWith("/extracts")
                  || "dryRun=true".equals(exchange.getRequestURI().getQuery());
          byte[] body = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(asked ? status : 500, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
  }
}
