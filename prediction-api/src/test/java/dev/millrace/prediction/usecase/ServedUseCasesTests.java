package dev.millrace.prediction.usecase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.prediction.Parcels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServedUseCasesTests {

    @TempDir
    private Path folder;

    @BeforeEach
    void copy() throws IOException {
        copy("parcels", "parcels");
        copy("letters", "letters");
    }

    private void copy(String from, String to) throws IOException {
        Path source = Parcels.USE_CASES.resolve(from);
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = folder.resolve(to).resolve(source.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
        change(to, "use-case.yaml", "use_case: " + from, "use_case: " + to);
    }

    private void change(String useCase, String file, String from, String to) throws IOException {
        Path path = folder.resolve(useCase).resolve(file);
        String text = Files.readString(path);
        assertThat(text).contains(from);
        Files.writeString(path, text.replace(from, to));
    }

    private ServedUseCases load(String... names) {
        return ServedUseCases.load(folder, List.of(names));
    }

    @Test
    void viewsAndFieldsMayBeCalledAlike() {
        ServedUseCases both = load("parcels", "letters");
        assertThat(both.names()).containsExactly("parcels", "letters");
        assertThat(both.models())
                .extracting(model -> model.useCase().name() + " " + model.name())
                .containsExactly("parcels late", "letters lost", "letters written-again");
        assertThat(both.examples()).extracting(Example::path).containsExactly("/score", "/score_letter");
        assertThat(both.only(List.of("letters")).names()).containsExactly("letters");
        assertThat(both.named("another")).isEmpty();
    }

    @Test
    void theRepositorysUseCasesGoTogether() {
        assertThat(ServedUseCases.load(Path.of("../use-cases"), List.of("fraud", "clickstream"))
                        .names())
                .containsExactly("fraud", "clickstream");
    }

    @Test
    void allThatTwoOfThemBothClaimIsSaidAtOnce() throws IOException {
        copy("parcels", "boxes");
        change("letters", "models/lost.yaml", "path: /score_letter", "path: /score");
        assertThatThrownBy(() -> load("parcels", "letters", "boxes"))
                .isInstanceOf(UnservableUseCasesException.class)
                .hasMessage("""
                        The use cases 'parcels' and 'letters' cannot be served by one process, there is 1 conflict:
                          parcels/models/late.yaml:12 and letters/models/lost.yaml:7 are both asked at '/score'; give one another path [duplicate-path]
                        The use cases 'parcels' and 'boxes' cannot be served by one process, there are 3 conflicts:
                          parcels/models/late.yaml:1 and boxes/models/late.yaml:1 are both a model 'late', by which the registry, paths and figures know it; rename one [duplicate-model]
                          parcels/models/late.yaml:12 and boxes/models/late.yaml:12 are both asked at '/score'; give one another path [duplicate-path]
                          events/parcel.avsc is in both: its events are in one table, and its labels under one name; rename one [duplicate-event-type]
                        The use cases 'letters' and 'boxes' cannot be served by one process, there is 1 conflict:
                          letters/models/lost.yaml:7 and boxes/models/late.yaml:12 are both asked at '/score'; give one another path [duplicate-path]""");
    }

    @Test
    void twoModelsOfOneUseCaseHaveTheirOwnPaths() throws IOException {
        change(
                "letters",
                "models/lost.yaml",
                "---\nmodel: written-again",
                "---\n"
                        + Files.readString(folder.resolve("letters/models/lost.yaml"))
                                .split("---")[0]
                                .replace("model: lost", "model: found")
                        + "---\nmodel: written-again");
        assertThatThrownBy(() -> load("letters"))
                .isInstanceOf(UnservableUseCasesException.class)
                .hasMessage("""
                        The models of the use case 'letters' cannot be served by one process, there is 1 conflict:
                          letters/models/lost.yaml:23 and letters/models/lost.yaml:7 are both asked at '/score_letter'; give one another path [duplicate-path]""");
    }

    @Test
    void whatCannotBeReadIsSaidOfAllOfThemWithTheConflictsOfTheOthers() throws IOException {
        copy("parcels", "boxes");
        change("letters", "models/lost.yaml", "rows: letter", "rows: leter");
        assertThatThrownBy(() -> load("parcels", "none", "letters", "boxes"))
                .isInstanceOf(UnservableUseCasesException.class)
                .message()
                .contains("The use case 'none' has 1 problem:")
                .contains("there is no use-case.yaml in " + folder.resolve("none") + "; name a folder that holds one")
                .contains("The use case 'letters' has ")
                .contains("models/lost.yaml:3: ")
                .contains(
                        "The use cases 'parcels' and 'boxes' cannot be served by one process, there are 3 conflicts:");
    }

    @Test
    void whatIsHashedNeedsTheSecretThatIngestionHashesWith() {
        ServedUseCases clickstream = ServedUseCases.load(Path.of("../use-cases"), List.of("clickstream"));
        assertThatThrownBy(() -> clickstream.personalData(""))
                .isInstanceOf(UnservableUseCasesException.class)
                .hasMessage("Requests of the model 'next-view' name [user_id] of 'page_view', which ingestion-service"
                        + " keeps as hashes: set MILLRACE_MASKING_KEY to the secret that it hashes with");
        assertThat(clickstream.personalData("a secret for tests only")).isNotNull();
        assertThat(ServedUseCases.load(Path.of("../use-cases"), List.of("fraud"))
                        .personalData(""))
                .as("no request of its names what is hashed")
                .isNotNull();
    }
}
