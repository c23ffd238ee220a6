package fr.carnet.ingest.keeping;

import static org.assertj.core.api.Assertions.assertThat;

import fr.carnet.ingest.keeping.Rules.ProbableCause;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RulesTest {

  @ParameterizedTest
  @CsvSource({
    "ACT_CODE_UNKNOWN@act.code, WRONG_CODE_LIST",
    "ACT_CODE_UNKNOWN@act.code NATURE_CODE_UNKNOWN@natureCode, WRONG_CODE_LIST",
    "ACT_CODE_UNKNOWN@act.code RPPS_INVALID@performer.rpps, WRONG_COLUMN",
    "LINE_ID_REUSED@lineId, LINE_IDS_REUSED",
    "NOT_TAKEN@record, FAILURE_HERE",
    "NOT_JSON@record, NOT_LINES",
    "RPPS_INVALID@performer.rpps, WRONG_COLUMN"
  })
  void whatManyLinesHaveInCommonIsNamed(String cause, ProbableCause probably) {
    assertThat(ProbableCause.of(cause)).isEqualTo(probably);
  }
}
