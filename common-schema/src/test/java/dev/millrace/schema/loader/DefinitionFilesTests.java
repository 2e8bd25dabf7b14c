package dev.millrace.schema.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schema.definition.InvalidUseCaseException;
import dev.millrace.schema.definition.UseCase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DefinitionFilesTests {

    private static final byte[] EVENT = """
            {"type": "record", "name": "Thing", "namespace": "a.b", "id": "id", "time": "at", "key": "id",
             "fields": [{"name": "id", "type": "string"}, {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}}]}
            """.getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    @Test
    void whatWasReadFromAFolderIsReadWithoutIt() throws Exception {
        Path things = Files.createDirectories(folder.resolve("things"));
        Files.writeString(things.resolve("use-case.yaml"), "use_case: things\ntitle: Things\n");
        Files.write(Files.createDirectory(things.resolve("events")).resolve("thing.avsc"), EVENT);
        Files.writeString(things.resolve("events/notes.txt"), "no definition");
        Files.writeString(things.resolve("example.json"), "{}");
        UseCase loaded = UseCaseLoader.load(things);
        DefinitionFiles files = DefinitionFiles.of(loaded);
        assertThat(files.files()).containsOnlyKeys("events/thing.avsc", "use-case.yaml");
        UseCase again = files.load();
        assertThat(again.title()).isEqualTo("Things");
        assertThat(again.events().keySet()).isEqualTo(loaded.events().keySet());
        assertThat(again.folder()).doesNotExist();
    }

    @Test
    void whatIsWrongIsSaidAsOfAnyFolder() {
        assertThatThrownBy(
                        () -> new DefinitionFiles("things", new TreeMap<>(Map.of("events/thing.avsc", EVENT))).load())
                .isInstanceOf(InvalidUseCaseException.class)
                .hasMessageContaining("there is no use-case.yaml");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../use-case.yaml",
                "events/../x.avsc",
                "events/x/y.avsc",
                "/events/x.avsc",
                "events/x.sh",
                "events/.avsc",
                "a/x.yaml"
            })
    void pathsThatLeadElsewhereAreRefused(String path) {
        assertThatThrownBy(() -> new DefinitionFiles("things", new TreeMap<>(Map.of(path, EVENT))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Expected the path of a definition, such as events/orders.avsc of orders, but came '%s'"
                        .formatted(path));
    }
}
