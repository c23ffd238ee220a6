package fr.carnet.ingest.arriving.extracts;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a load stands, and at its end the report. It says nothing of who has a dossier, and no INS.
 *
 * @param dryRun whether it tells what would become of the lines, and none is kept
 * @param deliveryId {@code GET /receipts/{deliveryId}} gives its signed receipt; absent for a dry
 *     run
 * @param state READING, CHECKING, FEEDING; then DONE or REFUSED
 * @param files how far each was read
 * @param fedToLine the line of ER_PRS_F.csv up to which lines were fed
 * @param lines what became of the lines that the rows gave
 * @param supplements rows of ER_PRS_F that supplement an act and are no line
 * @param notCare rows of ER_PRS_F that are none of the eight categories and are no line
 * @param faultsByCode all that is wrong with the files; with any, no line was fed
 * @param faults the first hundred
 */
record ExtractReport(
    String folder,
    boolean dryRun,
    Optional<String> deliveryId,
    Extracts.State state,
    List<FileRead> files,
    long fedToLine,
    Lines lines,
    long supplements,
    long notCare,
    Map<String, Long> faultsByCode,
    List<Fault> faults) {

  /**
   * How far a file was read.
   *
   * @param bytes its size; 0 where there is none
   * @param rows without the header
   */
  record FileRead(String file, long bytes, long bytesRead, long rows, long lastLine) {}

  /**
   * fed = accepted + repeated + outsideWindow + rejected.
   *
   * @param warnedByReason lines that were kept although a rule that only warns here is not met
   */
  record Lines(
      long fed,
      long accepted,
      long repeated,
      long outsideWindow,
      long rejected,
      Map<String, Long> rejectedByReason,
      Map<String, Long> warnedByReason) {}

  /**
   * One thing that is wrong.
   *
   * @param line from 1, the header being the first; 0 where it is the whole file
   * @param column where it is one column's
   * @param key the nine keys with dots, where it is about a row among others
   */
  record Fault(
      String code,
      String english,
      String french,
      String file,
      long line,
      Optional<String> column,
      Optional<String> key) {}
}
