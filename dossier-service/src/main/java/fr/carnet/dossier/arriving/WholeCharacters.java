package fr.carnet.dossier.arriving;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.deser.std.StringDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.quarkus.jackson.ObjectMapperCustomizer;
import jakarta.inject.Singleton;
import java.io.IOException;

/**
 * JSON may escape half a character, which nobody can write down again: such a request is not
 * readable.
 */
@Singleton
class WholeCharacters implements ObjectMapperCustomizer {
  @Override
  public void customize(ObjectMapper mapper) {
    mapper.registerModule(new SimpleModule("whole characters").addDeserializer(String.class, TEXT));
  }

  private static final StdScalarDeserializer<String> TEXT =
      new StdScalarDeserializer<>(String.class) {
        private static final long serialVersionUID = 1L;

        @Override
        public String deserialize(JsonParser json, DeserializationContext context)
            throws IOException {
          String text = StringDeserializer.instance.deserialize(json, context);
          if (text != null
              && text.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)) {
            throw context.weirdStringException("", String.class, "half a character");
          }
          return text;
        }
      };
}
