package dev.millrace.feature;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import dev.millrace.feature.operation.OperationType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The published schemas, which editors check and complete definitions by, say what the engine says. */
final class DefinitionSchemaTests {
    private static final Path ROOT = Path.of(System.getProperty("millrace.root", ".."));
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private static JsonSchema schema(String name) throws IOException {
        return JsonSchemaFactory.getInstance(VersionFlag.V202012)
                .getSchema(Files.readString(ROOT.resolve("docs/schema").resolve(name)));
    }

    @TestFactory
    Stream<DynamicTest> everyShippedDefinitionIsValid() throws IOException {
        JsonSchema view = schema("view.schema.json");
        JsonSchema model = schema("model.schema.json");
        List<Path> files;
        try (Stream<Path> found = Stream.concat(
                Files.walk(ROOT.resolve("use-cases")), Files.walk(Path.of("src/test/resources/things")))) {
            files = found.filter(file -> file.toString().endsWith(".yaml"))
                    .filter(file -> !file.toString().contains("target"))
                    .toList();
        }
        return files.stream()
                .filter(file -> Set.of("features", "models")
                        .contains(file.getParent().getFileName().toString()))
                .map(file -> DynamicTest.dynamicTest(file.toString(), () -> {
                    boolean isView = file.getParent().endsWith("features");
                    for (JsonNode document : documents(file)) {
                        assertThat((isView ? view : model).validate(document)).isEmpty();
                    }
                }));
    }

    private static List<JsonNode> documents(Path file) throws IOException {
        try (var parser = YAML.createParser(file.toFile())) {
            return YAML.readerFor(JsonNode.class).<JsonNode>readValues(parser).readAll();
        }
    }

    @Test
    void everyOperationIsInTheSchema() throws IOException {
        JsonNode feature = new ObjectMapper()
                .readTree(ROOT.resolve("docs/schema/view.schema.json").toFile())
                .at("/$defs/feature");
        Set<String> written = new TreeSet<>();
        feature.path("oneOf").forEach(one -> written.add(one.at("/required/0").asText()));
        Set<String> known = new TreeSet<>(Set.of("emitted"));
        Set<String> parameters = new TreeSet<>(Set.of("over", "where", "by", "empty", "scale"));
        OperationType.ALL.forEach(type -> {
            known.add(type.name());
            parameters.addAll(type.parameters());
        });
        assertThat(written).isEqualTo(known);
        Set<String> properties = new TreeSet<>();
        feature.path("properties").fieldNames().forEachRemaining(properties::add);
        known.addAll(parameters);
        assertThat(properties).isEqualTo(known);
    }

    @Test
    void everyOperationAndSettingIsDocumented() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/features.md"));
        OperationType.ALL.forEach(type -> {
            assertThat(page).contains("`" + type.name() + "`");
            type.parameters().forEach(parameter -> assertThat(page).contains("`" + parameter + ": "));
        });
    }
}
