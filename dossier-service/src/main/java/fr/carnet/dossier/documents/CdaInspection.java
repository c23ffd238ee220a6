package fr.carnet.dossier.documents;

import fr.carnet.resourceserver.Refusal;
import java.io.ByteArrayInputStream;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * An HL7 CDA: XML whose root is {@code ClinicalDocument}, without DOCTYPE, without scripts; what is
 * in it as base64 (a body in PDF, an image) is inspected like a document of its own.
 */
final class CdaInspection {
  private static final String HL7 = "urn:hl7-org:v3";
  private static final int MOST_DEPTH = 200;

  /** In a link or a style sheet: what a viewer would run, or fetch. */
  private static final Pattern SCRIPT = Pattern.compile("(?is)(javascript|vbscript|data):.*");

  /** A viewer takes a backslash for a slash, and resolves references there, which we do not. */
  private static final Pattern FOREIGN_SHEET =
      Pattern.compile("(?is).*(&|href=.[^'\"]*(:|//|\\\\)).*");

  /** What a viewer leaves out of an address. */
  private static final Pattern LEFT_OUT = Pattern.compile("[\\s\\p{Cntrl}]+");

  private CdaInspection() {}

  static void of(byte[] bytes) {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
    factory.setXMLResolver(
        (_, _, _, _) -> {
          throw new XMLStreamException("nothing outside is read");
        });
    try {
      XMLStreamReader xml = factory.createXMLStreamReader(new ByteArrayInputStream(bytes));
      int depth = 0;
      while (xml.hasNext()) {
        int event = xml.next();
        if (event == XMLStreamConstants.DTD || event == XMLStreamConstants.ENTITY_REFERENCE) {
          throw new Refusal(DocumentRefusal.DOCUMENT_HAS_DOCTYPE);
        }
        if (event == XMLStreamConstants.PROCESSING_INSTRUCTION
            && xml.getPITarget().equals("xml-stylesheet")
            && isLike(FOREIGN_SHEET, Optional.ofNullable(xml.getPIData()).orElse(""))) {
          throw new Refusal(DocumentRefusal.DOCUMENT_HAS_SCRIPT);
        }
        if (event == XMLStreamConstants.START_ELEMENT) {
          depth++;
          element(xml, depth);
          if ("B64".equals(xml.getAttributeValue(null, "representation"))) {
            inside(xml);
            depth--;
          }
        }
        if (event == XMLStreamConstants.END_ELEMENT) {
          depth--;
        }
      }
    } catch (XMLStreamException e) {
      throw new Refusal(DocumentRefusal.DOCUMENT_UNREADABLE);
    }
  }

  private static void element(XMLStreamReader xml, int depth) {
    if (depth == 1
        && !(HL7.equals(xml.getNamespaceURI()) && xml.getLocalName().equals("ClinicalDocument"))) {
      throw new Refusal(DocumentRefusal.DOCUMENT_NOT_ITS_TYPE);
    }
    if (depth > MOST_DEPTH) {
      throw new Refusal(DocumentRefusal.DOCUMENT_UNREADABLE);
    }
    if (xml.getLocalName().equalsIgnoreCase("script")) {
      throw new Refusal(DocumentRefusal.DOCUMENT_HAS_SCRIPT);
    }
    for (int i = 0; i < xml.getAttributeCount(); i++) {
      if (xml.getAttributeLocalName(i).toLowerCase(Locale.ROOT).startsWith("on")
          || isLike(SCRIPT, xml.getAttributeValue(i))) {
        throw new Refusal(DocumentRefusal.DOCUMENT_HAS_SCRIPT);
      }
    }
  }

  private static boolean isLike(Pattern pattern, String text) {
    return pattern.matcher(LEFT_OUT.matcher(text).replaceAll("")).matches();
  }

  private static void inside(XMLStreamReader xml) throws XMLStreamException {
    String mediaType =
        Optional.ofNullable(xml.getAttributeValue(null, "mediaType")).orElse("text/plain");
    byte[] bytes = decoded(xml.getElementText());
    if (mediaType.equals("text/plain")) {
      Inspection.requireNoProgram(bytes);
      return;
    }
    Inspection.inspect(
        DocumentFormat.of(mediaType)
            .filter(format -> format != DocumentFormat.CDA)
            .orElseThrow(() -> new Refusal(DocumentRefusal.DOCUMENT_TYPE_NOT_TAKEN)),
        bytes);
  }

  private static byte[] decoded(String text) {
    try {
      return Base64.getMimeDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new Refusal(DocumentRefusal.DOCUMENT_UNREADABLE);
    }
  }
}
