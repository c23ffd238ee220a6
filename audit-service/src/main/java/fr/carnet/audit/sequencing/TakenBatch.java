package fr.carnet.audit.sequencing;

import fr.carnet.transparency.Hash;
import java.util.List;

/** An announced batch with its records as entries, in the order of their indexes. */
record TakenBatch(Announcement announcement, List<LogEntry> entries) {
  TakenBatch {
    entries = List.copyOf(entries);
    if (entries.size() != announcement.batch().records()) {
      throw new LogBroken(
          "batch %d announces %d records and Kafka holds %d"
              .formatted(
                  announcement.batch().number(), announcement.batch().records(), entries.size()));
    }
  }

  List<Hash> leaves() {
    return entries.stream().map(LogEntry::leaf).toList();
  }
}
