package fr.carnet.dossier.documents;

import static fr.carnet.dossier.documents.DocumentFormat.CDA;
import static fr.carnet.dossier.documents.DocumentFormat.JPEG;
import static fr.carnet.dossier.documents.DocumentFormat.PDF;
import static fr.carnet.dossier.documents.DocumentFormat.PNG;
import static fr.carnet.dossier.documents.DocumentRefusal.DOCUMENT_EMPTY;
import static fr.carnet.dossier.documents.DocumentRefusal.DOCUMENT_ENCRYPTED;
import static fr.carnet.dossier.documents.DocumentRefusal.DOCUMENT_EXECUTABLE;
import static fr.carnet.dossier.documents.DocumentRefusal.DOCUMENT_HAS_DOCTYPE;
import static fr.carnet.dossier.documents.DocumentRefusal.DOCUMENT_HAS_FILES;
import static fr.carnet.dossier.documents.DocumentRefusal.DOCUMENT_HAS_SCRIPT;
import static fr.carnet.dossier.documents.DocumentRefusal.DOCUMENT_INFLATES;
import static fr.carnet.dossier.documents.DocumentRefusal.DOCUMENT_NOT_ITS_TYPE;
import static fr.carnet.dossier.documents.DocumentRefusal.DOCUMENT_TYPE_NOT_TAKEN;
import static fr.carnet.dossier.documents.DocumentRefusal.DOCUMENT_UNREADABLE;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Arrays;
import java.util.Collections;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class InspectionTest {
  private static final String CALL = "<</S/URI/URI(https://x.example/seen)>>";

  static Stream<Arguments> taken() {
    return Stream.of(
        arguments("a PDF", PDF, Files.pdf()),
        arguments(
            "a PDF with a link",
            PDF,
            Files.pdfWith("", "<</S/URI/URI(https://www.has-sante.fr)>>")),
        arguments("a PDF that opens on a page", PDF, Files.pdfWith("/OpenAction[3 0 R/Fit]")),
        arguments(
            "a PDF with objects in a stream",
            PDF,
            Files.pdfWithObjectStream(
                "/Filter/FlateDecode", Files.deflated(Files.objectStream("", 1_000)))),
        arguments(
            "a PDF with a page of text",
            PDF,
            Files.pdfWithStreams(
                "/Filter[/ASCIIHexDecode/FlateDecode]",
                Collections.nCopies(1, Files.hex(Files.deflated(Files.ascii("BT ET")))))),
        arguments("a CDA", CDA, Files.cda("<structuredBody/>")),
        arguments(
            "a CDA with a local style sheet",
            CDA,
            Files.cdaFrom(
                "<?xml-stylesheet type=\"text/xsl\" href=\"cda.xsl\"?>", "<structuredBody/>")),
        arguments("a CDA around a PDF", CDA, Files.cdaAround("application/pdf", Files.pdf())),
        arguments(
            "a PDF with white space behind it",
            PDF,
            Files.joined(Files.pdf(), Files.ascii("\r\n \0"))),
        arguments("a JPEG", JPEG, Files.image("jpg")),
        arguments("a padded JPEG", JPEG, Files.joined(Files.image("jpg"), new byte[512])),
        arguments("a PNG", PNG, Files.image("png")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("taken")
  void what_is_what_it_says_is_taken(String what, DocumentFormat format, byte[] bytes) {
    assertThatCode(() -> Inspection.of(format, bytes)).doesNotThrowAnyException();
  }

  static Stream<Arguments> refused() {
    byte[] pdf = Files.pdf();
    return Stream.of(
        arguments("no bytes", PDF, new byte[0], DOCUMENT_EMPTY),
        arguments("an image that says PDF", PDF, Files.image("png"), DOCUMENT_NOT_ITS_TYPE),
        arguments("a PDF that says image", PNG, pdf, DOCUMENT_NOT_ITS_TYPE),
        arguments("a PDF that says JPEG", JPEG, pdf, DOCUMENT_NOT_ITS_TYPE),
        arguments("a PDF that says CDA", CDA, pdf, DOCUMENT_UNREADABLE),
        arguments("HTML that says CDA", CDA, Files.ascii("<html/>"), DOCUMENT_NOT_ITS_TYPE),
        arguments(
            "a CDA of no namespace",
            CDA,
            Files.ascii("<ClinicalDocument/>"),
            DOCUMENT_NOT_ITS_TYPE),
        arguments("a Windows program", PDF, Files.ascii("MZ\u0090"), DOCUMENT_EXECUTABLE),
        arguments("a Linux program", PNG, Files.ascii("\u007fELF"), DOCUMENT_EXECUTABLE),
        arguments("a shell script", CDA, Files.ascii("#!/bin/sh"), DOCUMENT_EXECUTABLE),
        arguments("a zip", PDF, Files.ascii("PK\u0003\u0004"), DOCUMENT_EXECUTABLE),
        arguments(
            "a program before a PDF",
            PDF,
            Files.joined(Files.ascii("MZ"), pdf),
            DOCUMENT_EXECUTABLE),
        arguments(
            "anything before a PDF",
            PDF,
            Files.joined(Files.ascii("\n"), pdf),
            DOCUMENT_NOT_ITS_TYPE),
        arguments("half a PDF", PDF, Arrays.copyOf(pdf, 20), DOCUMENT_UNREADABLE),
        arguments(
            "a PDF with JavaScript on opening",
            PDF,
            Files.pdfWith("/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"),
            DOCUMENT_HAS_SCRIPT),
        arguments(
            "a PDF with JavaScript by another spelling",
            PDF,
            Files.pdfWith("", "<</S/J#61vaScript>>"),
            DOCUMENT_HAS_SCRIPT),
        arguments(
            "a PDF with JavaScript in an object stream",
            PDF,
            Files.pdfWithObjectStream(
                "/Filter/FlateDecode",
                Files.deflated(Files.objectStream("/OpenAction<</S/JavaScript/JS(x)>>", 0))),
            DOCUMENT_HAS_SCRIPT),
        arguments(
            "a PDF with named scripts",
            PDF,
            Files.pdfWith("/Names<</JavaScript<</Names[(a)4 0 R]>>>>", "<</S/JavaScript>>"),
            DOCUMENT_HAS_SCRIPT),
        arguments(
            "a PDF that launches a program",
            PDF,
            Files.pdfWith("", "<</S/Launch/F(cmd.exe)>>"),
            DOCUMENT_HAS_SCRIPT),
        arguments(
            "a PDF with a link to a file",
            PDF,
            Files.pdfWith("", "<</S/URI/URI(file:///etc/passwd)>>"),
            DOCUMENT_HAS_SCRIPT),
        arguments(
            "a PDF with a form of scripts",
            PDF,
            Files.pdfWith("/AcroForm<</XFA 4 0 R>>", "(x)"),
            DOCUMENT_HAS_SCRIPT),
        arguments(
            "a PDF with files in it",
            PDF,
            Files.pdfWith("/Names<</EmbeddedFiles<</Names[]>>>>"),
            DOCUMENT_HAS_FILES),
        arguments(
            "a PDF with a file pinned to a page",
            PDF,
            Files.pdfWith("", "<</Subtype/FileAttachment>>"),
            DOCUMENT_HAS_FILES),
        arguments("a PDF with a password", PDF, Files.encryptedPdf(), DOCUMENT_ENCRYPTED),
        arguments(
            "a PDF whose streams inflate without end",
            PDF,
            Files.pdfWithStreams(
                "/Filter/FlateDecode", Collections.nCopies(18, Files.deflatedZeros(60 << 20))),
            DOCUMENT_INFLATES),
        arguments(
            "a PDF whose table of objects inflates without end",
            PDF,
            Files.pdfWithObjectStream(
                "/Filter/FlateDecode", Files.deflated(Files.objectStream("", 40 << 20))),
            DOCUMENT_INFLATES),
        arguments(
            "the same behind another coding",
            PDF,
            Files.pdfWithObjectStream(
                "/Filter[/ASCIIHexDecode/FlateDecode]",
                Files.hex(Files.deflated(Files.objectStream("", 40 << 20)))),
            DOCUMENT_INFLATES),
        arguments(
            "a PDF whose objects are an image",
            PDF,
            Files.pdfWithObjectStream("/Filter/DCTDecode", Files.vastJpeg()),
            DOCUMENT_INFLATES),
        arguments(
            "a PDF with a vast image",
            PDF,
            Files.pdfWithStreams(
                "/Subtype/Image/Width 60000/Height 60000/Filter/DCTDecode",
                Collections.nCopies(1, Files.vastJpeg())),
            DOCUMENT_INFLATES),
        arguments(
            "a PDF of nothing but brackets",
            PDF,
            Files.pdfWith("", "[" + "[]".repeat(2_000_000) + "]"),
            DOCUMENT_INFLATES),
        arguments(
            "a PDF of brackets in brackets",
            PDF,
            Files.pdfWith("", "[".repeat(100_000)),
            DOCUMENT_UNREADABLE),
        arguments(
            "XML with an external entity",
            CDA,
            Files.cdaFrom("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>", "<a>&e;</a>"),
            DOCUMENT_HAS_DOCTYPE),
        arguments(
            "XML with entities in entities",
            CDA,
            Files.cdaFrom(
                "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>", "&b;"),
            DOCUMENT_HAS_DOCTYPE),
        arguments(
            "XML with a DOCTYPE alone",
            CDA,
            Files.cdaFrom("<!DOCTYPE ClinicalDocument>", ""),
            DOCUMENT_HAS_DOCTYPE),
        arguments(
            "XML as deep as one likes",
            CDA,
            Files.cda("<a>".repeat(10_000) + "</a>".repeat(10_000)),
            DOCUMENT_UNREADABLE),
        arguments(
            "a CDA with a link that is a script",
            CDA,
            Files.cda("<linkHtml href=\"javascript:alert(1)\"/>"),
            DOCUMENT_HAS_SCRIPT),
        arguments(
            "a CDA with a link that is a script to who leaves out tabs",
            CDA,
            Files.cda("<linkHtml href=\"&#10;java&#9;script:alert(1)\"/>"),
            DOCUMENT_HAS_SCRIPT),
        arguments(
            "a CDA with a style sheet from elsewhere, by references",
            CDA,
            Files.cdaFrom("<?xml-stylesheet href=\"https&#58;&#47;&#47;x.example/a.xsl\"?>", ""),
            DOCUMENT_HAS_SCRIPT),
        arguments(
            "a CDA with a style sheet from elsewhere, by a backslash",
            CDA,
            Files.cdaFrom("<?xml-stylesheet href=\"/\\x.example/a.xsl\"?>", ""),
            DOCUMENT_HAS_SCRIPT),
        arguments(
            "a CDA with a style sheet from elsewhere, by a tab",
            CDA,
            Files.cdaFrom("<?xml-stylesheet href = \"/\t/x.example/a.xsl\"?>", ""),
            DOCUMENT_HAS_SCRIPT),
        arguments(
            "a CDA with a style sheet from elsewhere",
            CDA,
            Files.cdaFrom(
                "<?xml-stylesheet type=\"text/xsl\" href=\"https://x.example/a.xsl\"?>", ""),
            DOCUMENT_HAS_SCRIPT),
        arguments(
            "a CDA around a program",
            CDA,
            Files.cdaAround("application/pdf", Files.ascii("MZ\u0090")),
            DOCUMENT_EXECUTABLE),
        arguments(
            "a CDA around a PDF with a script",
            CDA,
            Files.cdaAround("application/pdf", Files.pdfWith("", "<</S/JavaScript>>")),
            DOCUMENT_HAS_SCRIPT),
        arguments(
            "a CDA around something else",
            CDA,
            Files.cdaAround("application/msword", Files.ascii("words")),
            DOCUMENT_TYPE_NOT_TAKEN),
        arguments("a vast PNG", PNG, Files.pngOf(60_000), DOCUMENT_INFLATES),
        arguments("a vast JPEG", JPEG, Files.vastJpeg(), DOCUMENT_INFLATES),
        arguments("half a PNG", PNG, Arrays.copyOf(Files.image("png"), 50), DOCUMENT_UNREADABLE),
        arguments("half a JPEG", JPEG, Arrays.copyOf(Files.image("jpg"), 300), DOCUMENT_UNREADABLE),
        arguments(
            "a PNG with a zip behind it",
            PNG,
            Files.joined(Files.image("png"), Files.ascii("PK\u0003\u0004")),
            DOCUMENT_NOT_ITS_TYPE),
        arguments(
            "a JPEG with anything behind it",
            JPEG,
            Files.joined(Files.image("jpg"), Files.ascii("<script>")),
            DOCUMENT_UNREADABLE),
        arguments(
            "a JPEG that is a jar, and ends as a JPEG does",
            JPEG,
            Files.joined(Files.image("jpg"), Files.zip(Files.ascii("\u00ff\u00d9"))),
            DOCUMENT_EXECUTABLE),
        arguments(
            "a PDF that is a jar",
            PDF,
            Files.joined(pdf, Files.zip(new byte[0])),
            DOCUMENT_EXECUTABLE),
        arguments(
            "a PDF that is a jar, and ends as a PDF does",
            PDF,
            Files.joined(pdf, Files.zip(Files.ascii("%%EOF\n"))),
            DOCUMENT_EXECUTABLE),
        arguments(
            "a PDF with anything behind it",
            PDF,
            Files.joined(pdf, Files.ascii("<script>")),
            DOCUMENT_NOT_ITS_TYPE),
        arguments(
            "a PDF that calls a page on opening",
            PDF,
            Files.pdfWith("/OpenAction" + CALL),
            DOCUMENT_HAS_SCRIPT),
        arguments(
            "a PDF that calls a page on opening, said elsewhere",
            PDF,
            Files.pdfWith("/OpenAction 4 0 R", CALL),
            DOCUMENT_HAS_SCRIPT),
        arguments(
            "a PDF that calls a page after it has opened",
            PDF,
            Files.pdfWith("/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next[" + CALL + "]>>"),
            DOCUMENT_HAS_SCRIPT),
        arguments(
            "a PDF that calls a page when something happens",
            PDF,
            Files.pdfWith("/AA<</WC 4 0 R>>", CALL),
            DOCUMENT_HAS_SCRIPT));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void what_is_hostile_is_refused_by_name(
      String what, DocumentFormat format, byte[] bytes, DocumentRefusal reason) {
    assertThatThrownBy(() -> Inspection.of(format, bytes)).hasMessage(reason.code());
  }
}
