package fr.carnet.billing.reckoning;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import fr.carnet.billing.WireLine;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;

/** Lines for hand-written tables: the sample of the documents, and what is other about it. */
record Lines(ObjectNode json) {
  static final String INS = "253072B07300470";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  static Lines line(String lineId) {
    try {
      ObjectNode sample =
          (ObjectNode)
              MAPPER.readTree(
                  """
                  {"lineId":"?","beneficiaryIns":"253072B07300470",
                   "careFrom":"2026-05-03","careTo":"2026-05-03","processedOn":"2026-05-12",
                   "category":"IMAGING","natureCode":"1351",
                   "act":{"system":"CCAM","code":"QEQJ001"},"quantity":1,
                   "performer":{"rpps":"99700024450","finess":null,"specialtyCode":"06"},
                   "prescriber":null,"prescribedOn":null,
                   "amounts":{"paidCents":6900,"baseCents":6900,"reimbursedCents":4830},
                   "duringHospitalStay":false,"secretCare":false}
                  """);
      return new Lines(sample.put("lineId", lineId));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  Lines quantity(String quantity) {
    return with(json -> json.put("quantity", new java.math.BigDecimal(quantity)));
  }

  Lines on(String day) {
    return with(json -> json.put("careFrom", day).put("careTo", day));
  }

  Lines processedOn(String day) {
    return with(json -> json.put("processedOn", day));
  }

  Lines secret() {
    return with(json -> json.put("secretCare", true));
  }

  Lines with(Consumer<ObjectNode> change) {
    ObjectNode copy = json.deepCopy();
    change.accept(copy);
    return new Lines(copy);
  }

  WireLine wire() {
    return raw(json.toString());
  }

  static WireLine raw(String text) {
    return new WireLine(Optional.of(INS), text.getBytes(StandardCharsets.UTF_8));
  }
}
