package fr.carnet.dossier.documents;

import fr.carnet.dossier.keys.KeyRing;
import fr.carnet.events.Sealed;
import fr.carnet.events.Wire;
import fr.carnet.eventstore.Transactions;
import fr.carnet.resourceserver.Refusal;
import fr.carnet.sealing.Binding;
import fr.carnet.sealing.DocumentKey;
import fr.carnet.sealing.SealingSession;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * Documents as they are stored: first the document's key, sealed towards its dossier, then the
 * bytes, sealed with that key. So a document needs nothing but its dossier's keys to open, and with
 * those destroyed nothing opens it.
 */
@ApplicationScoped
public class SealedDocuments {
  private static final Logger LOG = Logger.getLogger(SealedDocuments.class);
  private static final String TYPE = "document.bytes.v1";
  private static final int MOST_HEAD = 8_192;

  @Inject KeptDocuments kept;
  @Inject KeyRing keys;
  @Inject DataSource dataSource;

  /**
   * Seals and stores a document that is not kept yet.
   *
   * @param publicKey of its dossier
   */
  public void put(StoredAt at, String publicKey, byte[] bytes) throws SQLException {
    DocumentKey key = DocumentKey.draw();
    byte[] head =
        Wire.write(
            SealingSession.towards(at.dossierId(), publicKey).seal(key.bytes(), binding(at)));
    try {
      kept.put(
          at,
          Integer.BYTES + head.length + key.sealedSize(bytes.length),
          into -> {
            DataOutputStream out = new DataOutputStream(into);
            out.writeInt(head.length);
            out.write(head);
            out.flush();
            try (OutputStream sealing = key.sealing(out, binding(at))) {
              sealing.write(bytes);
            }
          });
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  /**
   * The clear bytes, opened while they are read. The stream fails where what is stored is not
   * whole.
   *
   * @throws Refusal when the bytes are not there, or the store does not answer
   */
  public InputStream open(StoredAt at) throws SQLException {
    try {
      InputStream stored =
          kept.get(at).orElseThrow(() -> new Refusal(DocumentRefusal.DOCUMENT_STORE_UNAVAILABLE));
      try {
        DataInputStream in = new DataInputStream(stored);
        int head = in.readInt();
        if (head < 0 || head > MOST_HEAD) {
          throw new IOException("not a sealed document");
        }
        Sealed key = Wire.read(in.readNBytes(head), Sealed.class);
        byte[] opened =
            Transactions.run(
                dataSource, tx -> keys.open(tx, new KeyRing.SealedBody(key, binding(at))));
        return DocumentKey.kept(opened).opening(in, binding(at));
      } catch (IOException | SQLException | RuntimeException e) {
        stored.close();
        throw e;
      }
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  private static Binding binding(StoredAt at) {
    return new Binding(at.dossierId(), at.bytesId().toString(), TYPE);
  }

  private static Refusal unavailable(IOException e) {
    LOG.warnf("the store of documents: %s", e.getClass().getSimpleName());
    return new Refusal(DocumentRefusal.DOCUMENT_STORE_UNAVAILABLE);
  }
}
