package fr.carnet.ingest.querying;

import fr.carnet.eventstore.Transactions;
import fr.carnet.ingest.keeping.Deliveries;
import fr.carnet.ingest.keeping.Receipt;
import fr.carnet.ingest.keeping.Receipts;
import fr.carnet.resourceserver.CurrentCaller;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.resourceserver.RequestProblem;
import fr.carnet.sealing.SigningKey;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Receipts, for who delivered. */
@Path("/receipts")
@RunOnVirtualThread
@Tag(name = "Deliveries")
public class ReceiptsResource {
  @Inject DataSource dataSource;
  @Inject Deliveries deliveries;
  @Inject Receipts receipts;
  @Inject CurrentCaller caller;

  /** A receipt, and the same signed. */
  public record Signed(Receipt receipt, String jws) {}

  /** The sender's deliveries. */
  public record Sent(List<String> deliveryIds) {}

  /** A public key (RFC 7517, RFC 8037). */
  public record Key(String kty, String crv, String kid, String alg, String use, String x) {}

  /** Public keys. */
  public record Keys(List<Key> keys) {}

  /** What the caller delivered, the newest first. */
  @GET
  @RolesAllowed("billing")
  @Operation(
      summary = "The caller's last hundred deliveries, the newest first",
      description = "What comes by Kafka is one delivery a day (Europe/Paris): kafka-SENDER-DAY.")
  public Sent sent() throws SQLException {
    String sender = caller.get().client();
    return Transactions.run(dataSource, tx -> new Sent(deliveries.of(tx, sender)));
  }

  /** The receipt of one delivery. */
  @GET
  @Path("/{deliveryId}")
  @RolesAllowed("billing")
  @Operation(summary = "The signed receipt of one of the caller's deliveries, as it stands now")
  public Signed receipt(String deliveryId) throws SQLException {
    String sender = caller.get().client();
    Receipt receipt =
        Refusal.unless(
            // PostgreSQL's text has no NUL, nor has the id of a delivery.
            deliveryId.indexOf('\0') >= 0
                ? Optional.<Receipt>empty()
                : Transactions.run(dataSource, tx -> deliveries.receipt(tx, sender, deliveryId)),
            RequestProblem.NO_SUCH_RESOURCE);
    return new Signed(receipt, receipts.signed(receipt));
  }

  /** The key that signs receipts. */
  @GET
  @Path("/keys")
  @PermitAll
  @Operation(summary = "The public key that receipts are signed with, as a JSON Web Key set")
  public Keys keys() {
    SigningKey key = receipts.key();
    return new Keys(List.of(new Key("OKP", "Ed25519", key.id(), "EdDSA", "sig", key.publicKey())));
  }
}
