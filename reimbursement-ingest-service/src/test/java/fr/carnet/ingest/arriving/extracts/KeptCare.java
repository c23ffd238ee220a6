package fr.carnet.ingest.arriving.extracts;

import fr.carnet.billing.ActSystem;
import fr.carnet.billing.Category;
import fr.carnet.billing.reckoning.Caregiver;
import fr.carnet.billing.reckoning.ReckonedCare;
import fr.carnet.events.Wire;
import fr.carnet.events.care.Care;
import fr.carnet.events.care.CareProvider;
import fr.carnet.testkit.TestTokens;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/** What the service kept, summed as a dossier would show it. */
final class KeptCare {
  private KeptCare() {}

  /** By INS; who has nothing to show is not there. */
  static Map<String, Set<ReckonedCare>> of(DataSource database, List<String> people)
      throws SQLException {
    Map<String, Set<ReckonedCare>> kept = new TreeMap<>();
    for (String ins : people) {
      Map<String, BigDecimal> net = new HashMap<>();
      Map<String, Care> cares = new HashMap<>();
      for (Care care : lines(database, ins)) {
        net.merge(care.itemId(), care.quantity(), BigDecimal::add);
        cares.put(care.itemId(), care);
      }
      Set<ReckonedCare> shown =
          net.entrySet().stream()
              .filter(item -> item.getValue().signum() > 0)
              .map(item -> shown(cares.get(item.getKey()), item.getValue()))
              .collect(Collectors.toSet());
      if (!shown.isEmpty()) {
        kept.put(ins, shown);
      }
    }
    return kept;
  }

  /** The lines of one person, in no order. */
  static List<Care> lines(DataSource database, String ins) throws SQLException {
    List<Care> lines = new ArrayList<>();
    try (Connection connection = database.getConnection();
        PreparedStatement select =
            connection.prepareStatement("SELECT care FROM line WHERE patient_ref = ?")) {
      select.setString(1, TestTokens.patientRef(ins).value());
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          lines.add(Wire.read(row.getBytes(1), Care.class));
        }
      }
    }
    return lines;
  }

  private static ReckonedCare shown(Care care, BigDecimal quantity) {
    return new ReckonedCare(
        Category.valueOf(care.category().name()),
        care.natureCode(),
        care.act().map(act -> ActSystem.valueOf(act.system().name())),
        care.act().map(act -> act.code()),
        caregiver(care.performer()),
        care.prescriber().map(KeptCare::caregiver),
        care.careFrom(),
        care.careTo(),
        care.prescribedOn(),
        care.duringHospitalStay(),
        quantity);
  }

  private static Caregiver caregiver(CareProvider provider) {
    return new Caregiver(provider.rpps(), provider.finess(), provider.specialtyCode());
  }
}
