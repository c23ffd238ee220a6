package fr.carnet.resourceserver;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;

/** Says once, for every operation of the API document, which problems there are. */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class DescribedProblems implements OASFilter {
  private static final String SCHEMA = "Problem";
  private static final Map<String, String> STATUSES =
      Map.of(
          "400", "The request cannot be read.",
          "401", "No valid token.",
          "403", "You may not, or there is no such thing.",
          "404", "There is no such thing.",
          "409", "The state of things does not allow it now.",
          "422", "A value is wrong; field names it where it can.",
          "429", "Too often, or too much at once; Retry-After says when to ask again.",
          "503", "Something that is needed does not answer; ask again.");

  @Override
  public void filterOpenAPI(OpenAPI document) {
    if (document.getComponents() == null) {
      document.setComponents(OASFactory.createComponents());
    }
    document.getComponents().addSchema(SCHEMA, problem());
    if (document.getPaths() != null && document.getPaths().getPathItems() != null) {
      document
          .getPaths()
          .getPathItems()
          .values()
          .forEach(path -> path.getOperations().values().forEach(DescribedProblems::describe));
    }
  }

  private static void describe(Operation operation) {
    STATUSES.forEach(
        (status, meaning) ->
            operation
                .getResponses()
                .addAPIResponse(
                    status,
                    OASFactory.createAPIResponse()
                        .description(meaning)
                        .content(
                            OASFactory.createContent()
                                .addMediaType(
                                    Problem.MEDIA_TYPE,
                                    OASFactory.createMediaType()
                                        .schema(
                                            OASFactory.createSchema()
                                                .ref("#/components/schemas/" + SCHEMA))))));
  }

  private static Schema problem() {
    Schema schema =
        OASFactory.createSchema()
            .description("A problem document (RFC 9457)")
            .addType(SchemaType.OBJECT);
    for (String text :
        List.of("type", "title", "code", "field", "detail", "detail_fr", "correlation")) {
      schema.addProperty(text, OASFactory.createSchema().addType(SchemaType.STRING));
    }
    return schema.addProperty("status", OASFactory.createSchema().addType(SchemaType.INTEGER));
  }
}
