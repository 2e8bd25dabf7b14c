package dev.millrace.prediction.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.View;
import dev.millrace.prediction.Parcels;
import dev.millrace.prediction.model.CompiledModel;
import dev.millrace.prediction.web.RequestException;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.PersonalData;
import dev.millrace.schema.loader.DefinitionFiles;
import dev.millrace.schema.loader.UseCaseLoader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What two versions of a model may share of a request. */
class SightTests {

    private static final String WORTH = """
            view: worth
            entity: [{key: sender, let: {worth: "price * 2.0"}}]
            source: parcel
            features:
              total: {sum: worth, over: [1d]}
            """;

    @TempDir
    private Path folder;

    /** Of the parcels with a further view, and with one part of one file replaced by another. */
    private Serving version(String name, String file, String part, String replacement) throws IOException {
        Path parcels = folder.resolve(name).resolve("parcels");
        DefinitionFiles.of(Parcels.ENGINE.useCase()).writeTo(parcels);
        Files.writeString(parcels.resolve("features/worth.yaml"), WORTH);
        replace(parcels.resolve("models/late.yaml"), "  - grams\n", "  - grams\n  - worth.*\n");
        replace(parcels.resolve(file), part, replacement);
        UseCase useCase = UseCaseLoader.load(parcels);
        CompiledModel compiled = new CompiledModel(
                useCase, FeatureEngine.compile(useCase).model(Parcels.MODEL).orElseThrow());
        return Serving.nothing(
                compiled,
                compiled.model().definition().serve().orElseThrow(),
                new PersonalData("a secret for tests only"));
    }

    private static void replace(Path file, String part, String replacement) throws IOException {
        String written = Files.readString(file);
        assertThat(written).contains(part);
        Files.writeString(file, written.replace(part, replacement));
    }

    private Serving version(String name) throws IOException {
        return version(name, "features/worth.yaml", WORTH, WORTH);
    }

    private static View worth(Serving version) {
        return version.compiled().model().bindings().stream()
                .map(binding -> binding.view())
                .filter(view -> view.name().equals("worth"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatAViewCallsAFieldMakesAnotherVector() throws IOException {
        Serving one = version("one");
        Serving other = version("other", "features/worth.yaml", "price * 2.0", "price * 3.0");
        assertThat(other.compiled().model().digest())
                .as("packages of before have it")
                .isEqualTo(one.compiled().model().digest());
        assertThat(worth(other).version()).isNotEqualTo(worth(one).version());
        assertThat(other.seesTheSameAs(one)).isFalse();
        assertThat(other.readsAs(one)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "models/late.yaml|price: {above: 0}|price: {above: 1}",
                "models/late.yaml|depot: {}|depot: {optional: true}",
                "models/late.yaml|[a-z]{3,}[0-9]*|[a-z]{4,}[0-9]*",
                "models/late.yaml|parcels: {replaces: sender.parcels_1h|parcels: {replaces: sender.parcels_1d",
                "events/parcel.avsc|\"depot\", \"type\": \"long\", \"min\": 1|\"depot\", \"type\": \"long\", \"min\": 2",
            })
    void whatMayBeAskedIsReadAnew(String file, String part, String replacement) throws IOException {
        Serving one = version("one");
        Serving other = version("other", file, part, replacement);
        assertThat(other.compiled().model().digest())
                .isEqualTo(one.compiled().model().digest());
        assertThat(other.readsAs(one)).isFalse();
        assertThat(other.seesTheSameAs(one)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "models/late.yaml|chance: score|likely: score",
                "models/late.yaml|price > 100.0 ? 0.9 : 0.1|price > 100.0 ? 0.8 : 0.1",
                "models/late.yaml|path: /score|path: /scores",
            })
    void whatIsAnsweredDoesNotMatter(String file, String part, String replacement) throws IOException {
        Serving one = version("one");
        Serving other = version("other", file, part, replacement);
        assertThat(other.readsAs(one)).isTrue();
        assertThat(other.seesTheSameAs(one)).isTrue();
    }

    @Test
    void aRequestIsReadByTheRulesOfWhoeverSeesIt() throws Exception {
        Serving one = version("one");
        Serving same = version("same", "features/worth.yaml", "view: worth", "# Moved.\nview: worth");
        Serving stricter = version("stricter", "models/late.yaml", "price: {above: 0}", "price: {above: 1}");
        byte[] body = "{\"sender\": \"ann1\", \"depot\": 1, \"price\": 0.5}".getBytes(StandardCharsets.UTF_8);
        Asked asked = Asked.of(one, reader -> reader.read(body), "r", "");
        assertThat(asked.as(same)).isSameAs(asked);
        assertThatThrownBy(() -> asked.as(stricter))
                .isInstanceOf(RequestException.class)
                .hasMessage("'price': expected a number above 1, found 0.5");
    }
}
