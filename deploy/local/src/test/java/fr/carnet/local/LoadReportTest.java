package fr.carnet.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;

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
}
