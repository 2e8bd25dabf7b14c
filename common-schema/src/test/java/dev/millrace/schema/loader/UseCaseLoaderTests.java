package dev.millrace.schema.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.schema.definition.EntityKey;
import dev.millrace.schema.definition.Expression;
import dev.millrace.schema.definition.InvalidUseCaseException;
import dev.millrace.schema.definition.ModelDefinition;
import dev.millrace.schema.definition.Problem;
import dev.millrace.schema.definition.Source;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.definition.ViewDefinition;
import dev.millrace.schema.definition.WindowDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class UseCaseLoaderTests {
    private static final Path ROOT = Path.of(System.getProperty("millrace.root", ".."));
    private static final Path USE_CASES = ROOT.resolve("use-cases");

    @TempDir
    private Path temp;

    @ParameterizedTest
    @ValueSource(strings = {"fraud", "football", "clickstream"})
    void everyShippedUseCaseParses(String name) {
        UseCase useCase = UseCaseLoader.load(USE_CASES, name);
        assertThat(useCase.name()).isEqualTo(name);
        assertThat(useCase.views()).isNotEmpty();
        assertThat(useCase.models()).isNotEmpty();
    }

    @Test
    void readsWhatIsWritten() {
        UseCase useCase = UseCaseLoader.load(USE_CASES, "football");
        ViewDefinition form = useCase.view("form").orElseThrow();
        assertThat(((EntityKey.Alternatives) form.entity()).projections())
                .extracting(projection -> projection.key().names())
                .containsExactly(List.of("home_team"), List.of("away_team"));
        assertThat(useCase.view("elo").orElseThrow().shape())
                .isEqualTo(new ViewDefinition.Shape.Sequential(
                        "elo", "country", Duration.ofHours(3), Map.of("k", 10.0, "home", 60.0)));
        assertThat(useCase.view("head_to_head").orElseThrow().entity())
                .isEqualTo(new EntityKey.Fields(List.of("home_team", "away_team"), true));
        assertThat(useCase.model("match-outcome").orElseThrow().read().keySet())
                .containsExactly("home", "away", "home_elo", "away_elo", "home_pi", "away_pi", "met");
        assertThat(useCase.event("results").topic()).isEqualTo("matches");

        UseCase clicks = UseCaseLoader.load(USE_CASES, "clickstream");
        assertThat(clicks.view("visitor").orElseThrow().features().getFirst().over())
                .contains(new WindowDefinition.Session("session_30m", Duration.ofMinutes(30), Duration.ofHours(12)));

        UseCase fraud = UseCaseLoader.load(USE_CASES, "fraud");
        assertThat(fraud.view("merchant_fraud").orElseThrow().source()).isEqualTo(new Source.Labels("transactions"));
        assertThat(fraud.model("transaction-fraud").orElseThrow().kind()).isEqualTo(ModelDefinition.Kind.BINARY);
        assertThatThrownBy(() -> fraud.event("nothing"))
                .hasMessage("The use case 'fraud' has no event type 'nothing'; it has [transactions]");
    }

    @Test
    void reportsEveryProblemAtOnceWithFileAndLine() throws IOException {
        Path folder = write("broken", """
                use_case: other
                title: Broken
                colour: blue
                """);
        Files.writeString(folder.resolve("events/things.avsc"), """
                {"type": "record", "name": "Thing", "id": "id", "time": "at", "key": "nobody", "fields": [
                 {"name": "id", "type": "string"},
                 {"name": "at", "type": "long"}]}
                """);
        Files.writeString(folder.resolve("events/text.avsc"), "{\n not json");
        Files.writeString(folder.resolve("features/a.yaml"), """
                view: a
                entity: id
                source: nothing
                features:
                  x: {over: [1d]}
                  y: {count: all, over: [1 day, 2d]}
                  z: {count: all}
                ---
                entity: id
                source: things
                features: {}
                """);
        Files.writeString(folder.resolve("features/b.yaml"), "view: [a\n");
        Files.writeString(folder.resolve("models/m.yaml"), """
                model: m
                kind: nice
                rows: things
                label: {value: v, known_after: 1d}
                features: [a]
                promote: {better: auc}
                """);
        assertThat(problems(folder))
                .extracting(Problem::toString)
                .containsExactlyInAnyOrder(
                        "use-case.yaml:1: a use case is named like its folder: expected 'broken', found 'other' [name-differs]",
                        "use-case.yaml:3: 'colour' means nothing in a use case; there are [title, use_case]"
                                + " [unknown-key]",
                        "events/things.avsc:1: 'key' names 'nobody', which is no field [unknown-field]",
                        "events/things.avsc:3: the time field 'at' is a long with logicalType timestamp-millis [bad-time]",
                        "events/text.avsc:2: this is not JSON: Unexpected character ('n' (code 110)): was expecting double-quote"
                                + " to start field name [bad-json]",
                        "features/a.yaml:5: 'x' needs an operation, such as {count: all, over: [1d]}; found [over]"
                                + " [no-operation]",
                        "features/a.yaml:6: a window is lifetime or a whole number and one of ms, s, m, h, d, such as 30d, of"
                                + " at most 36525d; found '1 day' [bad-duration]",
                        "features/a.yaml:3: there is no event type 'nothing'; there are [] [unknown-name]",
                        "features/a.yaml:9: 'view' is missing; found [entity, source, features] [missing-key]",
                        "features/b.yaml:2: this is not YAML: expected ',' or ']', but got <stream end> [bad-yaml]",
                        "models/m.yaml:2: 'kind' is one of [binary, multiclass, regression, count]; found 'nice' [bad-choice]");
    }

    @Test
    void refusesPersonalFieldsThatCannotBeMasked() throws IOException {
        Path folder = write("people", "use_case: people\ntitle: People\n");
        Files.writeString(folder.resolve("events/things.avsc"), """
                {"type": "record", "name": "Thing", "id": "id", "time": "at", "key": "who",
                 "label": {"field": "late", "known_after": "1d"}, "fields": [
                 {"name": "id", "type": "string", "personal": "hash"},
                 {"name": "who", "type": ["null", "string"], "default": null, "personal": "drop"},
                 {"name": "age", "type": "long", "personal": "hash"},
                 {"name": "name", "type": "string", "personal": "drop"},
                 {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}}]}
                """);
        assertThat(problems(folder))
                .extracting(Problem::toString)
                .containsExactlyInAnyOrder(
                        "events/things.avsc:2: 'label' names 'late', which is no field [unknown-field]",
                        "events/things.avsc:4: 'who' is personal, but an event needs its id, time and key: hash it instead"
                                + " [bad-personal]",
                        "events/things.avsc:5: 'age' is personal, but a hash is text, and no UUID: give the field the type string"
                                + " [bad-personal]",
                        "events/things.avsc:6: 'name' is personal, but what is dropped may be missing: let its type be"
                                + " nullable [bad-personal]");
    }

    @Test
    void refusesNamesThatNothingBears() throws IOException {
        Path folder = write("names", "use_case: names\ntitle: Names\n");
        Files.writeString(folder.resolve("events/things.avsc"), """
                {"type": "record", "name": "Thing", "id": "id", "time": "at", "key": ["id"], "fields": [
                 {"name": "id", "type": "string", "personal": "hash", "pattern": "x+"},
                 {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}, "min": 0}]}
                """);
        Files.writeString(folder.resolve("features/a.yaml"), """
                view: a
                entity: who
                source: things
                duplicates: 1s
                features: {n: {count: all, over: [1d]}}
                ---
                view: a
                entity: id
                tumbling: 1m
                table: minutes
                source: labels of things
                features: {n: {count: all, over: [1d]}}
                """);
        Files.writeString(folder.resolve("models/m.yaml"), """
                model: m
                kind: binary
                rows: things
                label: {value: v, known_after: 1d}
                read: {b: {view: c, key: whom}}
                features: ["d.*"]
                promote: {better: auc}
                """);
        Files.createDirectories(folder.resolve("mappings"));
        Files.writeString(folder.resolve("mappings/f.yaml"), """
                mapping: f
                event: things
                fields: {id: A, when: {from: B, format: x}}
                """);
        assertThat(problems(folder))
                .extracting(problem -> problem.at() + " " + problem.code())
                .containsExactlyInAnyOrder(
                        "features/a.yaml:2 unknown-name",
                        "features/a.yaml:4 duplicates-below-horizon",
                        "features/a.yaml:7 duplicate-name",
                        "features/a.yaml:12 window-in-tumbling",
                        "models/m.yaml:5 unknown-name",
                        "models/m.yaml:5 unknown-name",
                        "models/m.yaml:6 unknown-name",
                        "mappings/f.yaml:3 unknown-name");
    }

    private Path servedAt(String path) throws IOException {
        return modelled("""
                model: m
                kind: binary
                rows: things
                label: {value: v, known_after: 1d}
                features: [{n: "1.0"}]
                promote: {better: auc}
                serve:
                  path: "%s"
                  request: {id: {}}
                  response: {s: score}
                  fallback: "0.5"
                """.formatted(path));
    }

    private Path modelled(String model) throws IOException {
        Path folder = write("paths", "use_case: paths\ntitle: Paths\n");
        Files.writeString(folder.resolve("events/things.avsc"), """
                {"type": "record", "name": "Thing", "id": "id", "time": "at", "key": ["id"], "fields": [
                 {"name": "id", "type": "string"},
                 {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}}]}
                """);
        Files.writeString(folder.resolve("models/m.yaml"), model);
        return folder;
    }

    private static final String OF_CLASSES = """
            model: m
            kind: multiclass
            classes: [less, more]
            rows: things
            label: {value: v, known_after: 1d}
            features: [{n: "1.0"}]
            promote: {better: log_loss}
            serve:
              path: /which
              request: {id: {}}
              response: {which: decision, p: score, ratio: less / more}
              fallback: {more: "0.75", less: 0.25}
            """;

    @Test
    void classesAreInTheOrderOfTheOutputsAndSoIsTheFallback() throws IOException {
        ModelDefinition model =
                UseCaseLoader.load(modelled(OF_CLASSES)).models().getFirst();
        assertThat(model.classes()).containsExactly("less", "more");
        ModelDefinition.ServeDefinition serve = model.serve().orElseThrow();
        assertThat(serve.fallback()).extracting(Expression::text).containsExactly("0.25", "0.75");
        assertThat(serve.response())
                .containsEntry("which", new ModelDefinition.Answer.Decision())
                .containsEntry("p", new ModelDefinition.Answer.Score())
                .hasEntrySatisfying(
                        "ratio",
                        holds -> assertThat(((ModelDefinition.Answer.Computed) holds)
                                        .expression()
                                        .text())
                                .isEqualTo("less / more"));
    }

    @Test
    void estimatesComeAfterTheClassesOrTheScore() throws IOException {
        String estimating = OF_CLASSES.replace("rows: things", "estimates: [days]\nrows: things");
        ModelDefinition model = UseCaseLoader.load(modelled(estimating.replace("{more:", "{days: 4, more:")))
                .models()
                .getFirst();
        assertThat(model.outputs()).containsExactly("less", "more", "days");
        assertThat(model.serve().orElseThrow().fallback())
                .extracting(Expression::text)
                .containsExactly("0.25", "0.75", "4");
        String binary = estimating
                .replace("kind: multiclass\nclasses: [less, more]\n", "kind: binary\n")
                .replace("less / more", "score / days");
        model = UseCaseLoader.load(modelled(binary.replace("{more: \"0.75\", less: 0.25}", "{days: 4, score: 0.5}")))
                .models()
                .getFirst();
        assertThat(model.outputs()).containsExactly("score", "days");
        assertThat(model.serve().orElseThrow().fallback())
                .extracting(Expression::text)
                .containsExactly("0.5", "4");
        for (String wrong : List.of("[less]", "[days, days]", "[score]", "[decision]", "[1-0]")) {
            assertThat(problems(modelled(estimating.replace("[days]", wrong))))
                    .extracting(Problem::code)
                    .containsExactly("bad-estimates");
        }
        assertThat(problems(modelled(estimating))).extracting(Problem::code).containsExactly("missing-key");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"[score]|score", "[{score: '2.0'}]|2.0", "[{n: '1.0'}, {score: score}]|score"})
    void aFeatureIsNotCalledAsWhatTheModelGives(String features, String expression) throws IOException {
        assertThat(problems(modelled(OF_CLASSES.replace("[{n: \"1.0\"}]", features))))
                .extracting(problem -> problem.at().line() + " " + problem.code() + ": " + problem.message())
                .containsExactly(
                        "6 bad-feature: 'score' is what the model gives, and no name for a feature; give it another:"
                                + " - {own_score: " + expression + "}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[less, more]|[less]|3 bad-classes",
                "[less, more]|[less, less]|3 bad-classes",
                "[less, more]|[less, score]|3 bad-classes",
                "[less, more]|[less, '1-0']|3 bad-classes",
                "classes: [less, more]|challenge: {share: 0}|1 missing-key",
                "multiclass|binary|3 bad-classes",
                "{more: \"0.75\", less: 0.25}|{more: \"0.75\"}|12 missing-key",
                "{more: \"0.75\", less: 0.25}|{more: \"0.75\", less: 0.25, none: 0}|12 unknown-key",
                "{more: \"0.75\", less: 0.25}|0.5|12 expected-mapping"
            })
    void classesFitTheKindAndTheFallback(String part, String replacement, String problem) throws IOException {
        assertThat(OF_CLASSES).contains(part);
        assertThat(problems(modelled(OF_CLASSES.replace(part, replacement))))
                .extracting(each -> each.at().line() + " " + each.code())
                .containsExactly(problem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "predict",
                "/",
                "/predict/",
                "//predict",
                "/a b",
                "/{a}",
                "/a/*",
                "/a/../b",
                "/a;b",
                "/a%20b",
                "/v1",
                "/v1/models/m/predict",
                "/v2/models/m/infer",
                "/health",
                "/health/readiness",
                "/metrics",
                "/docs",
                "/openapi.json",
                "/actuator/info",
                "/error"
            })
    void aModelHasAPathThatNothingElseHas(String path) throws IOException {
        assertThat(problems(servedAt(path)))
                .extracting(problem -> problem.at() + " " + problem.code())
                .containsExactly("models/m.yaml:8 bad-path");
        assertThat(path).doesNotMatch(pathInSchema());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/predict", "/predict_match", "/v1.5/risk", "/healthy", "/shop/v1/score-it"})
    void aModelHasAnyOtherPath(String path) throws IOException {
        assertThat(UseCaseLoader.load(servedAt(path))
                        .models()
                        .getFirst()
                        .serve()
                        .orElseThrow()
                        .path())
                .isEqualTo(path)
                .matches(pathInSchema());
    }

    /** What editors check a path against. */
    private static String pathInSchema() throws IOException {
        return new ObjectMapper()
                .readTree(ROOT.resolve("docs/schema/model.schema.json").toFile())
                .at("/properties/serve/properties/path/pattern")
                .textValue();
    }

    @Test
    void saysWhichFileAFolderLacks() {
        assertThatThrownBy(() -> UseCaseLoader.load(temp))
                .isInstanceOf(InvalidUseCaseException.class)
                .hasMessageContaining("there is no use-case.yaml in " + temp);
    }

    private static List<Problem> problems(Path folder) {
        try {
            UseCaseLoader.load(folder);
        } catch (InvalidUseCaseException e) {
            return e.problems();
        }
        throw new AssertionError("expected problems");
    }

    private Path write(String name, String useCase) throws IOException {
        Path folder = temp.resolve(name);
        for (String part : List.of("events", "features", "models")) {
            Files.createDirectories(folder.resolve(part));
        }
        Files.writeString(folder.resolve("use-case.yaml"), useCase);
        return folder;
    }
}
