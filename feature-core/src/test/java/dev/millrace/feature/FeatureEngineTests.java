package dev.millrace.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.feature.Things.Thing;
import dev.millrace.feature.state.Block;
import dev.millrace.feature.state.CorruptBlockException;
import dev.millrace.feature.state.ProjectedEvent;
import dev.millrace.schema.avro.Label;
import dev.millrace.schema.definition.InvalidUseCaseException;
import dev.millrace.schema.definition.Problem;
import dev.millrace.schema.loader.UseCaseLoader;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FeatureEngineTests {
    private static final Path USE_CASES = Path.of(System.getProperty("millrace.root", ".."), "use-cases");

    @Test
    void makesAVectorOfStoredAndDerivedFeatures() {
        Model model = Things.ENGINE.model("m").orElseThrow();
        assertThat(model.bindings()).extracting(Model.Binding::name).containsExactly("exact", "labelled");
        long saturday = Instant.parse("2026-01-31T13:14:15Z").toEpochMilli();
        Thing thing = new Thing("a", saturday, new BigDecimal("9.00"), 3L, true);
        View exact = Things.view("exact");
        Block block = exact.shape().empty();
        block.fold(thing.in(exact));
        block.fold(new Thing("b", saturday - 1, new BigDecimal("1.00"), 3L, true).in(exact));
        double[] vector = model.vector(thing.fields(), Arrays.asList(block, null), saturday, Map.of());
        Map<String, Double> byName = named(model, vector);
        assertThat(byName)
                .containsEntry("exact.count_1m", 2.0)
                .containsEntry("labelled.true_count_1m", 0.0)
                .containsEntry("labelled.true_share_1m", Double.NaN)
                .containsEntry("ratio", 5.0)
                .containsEntry("amount", 9.0)
                .containsEntry("log_amount", StrictMath.log(9))
                .containsEntry("root", 3.0)
                .containsEntry("hour", 13.0)
                .containsEntry("weekend", 1.0)
                .containsEntry("mine", 1.0);
        double[] replaced =
                model.vector(thing.fields(), Arrays.asList(block, null), saturday, Map.of("exact.count_1m", 4.0));
        assertThat(named(model, replaced)).containsEntry("exact.count_1m", 4.0).containsEntry("ratio", 2.5);
        assertThatThrownBy(() -> model.vector(thing.fields(), Arrays.asList(block, null), 0, Map.of("x", 1.0)))
                .hasMessageStartingWith("There is no stored feature 'x' to replace; there are [exact.");
    }

    @Test
    void withoutTheStoreOnlyWhatNeedsItIsADefault() {
        Model model = Things.ENGINE.model("m").orElseThrow();
        List<Double> defaults = Collections.nCopies(model.features().size(), -7.0);
        Thing thing = new Thing("a", 0, new BigDecimal("9.00"), 3L, true);
        assertThat(named(model, model.vectorWithoutStore(thing.fields(), 0, Map.of("exact.count_1m", 4.0), defaults)))
                .containsEntry("exact.count_1m", 4.0)
                .containsEntry("exact.count_10m", -7.0)
                .containsEntry("ratio", -7.0)
                .containsEntry("amount", 9.0)
                .containsEntry("root", 3.0);
        Map<String, Double> both = Map.of("exact.count_1m", 4.0, "exact.sum_1m", 8.0);
        assertThat(named(model, model.vectorWithoutStore(thing.fields(), 0, both, defaults)))
                .containsEntry("ratio", 2.0);
    }

    @Test
    void whatIsNotFiniteIsMissing() {
        Model model = Things.ENGINE.model("m").orElseThrow();
        double[] vector = model.vector(name -> null, Arrays.asList(null, null), 0, Map.of());
        assertThat(named(model, vector))
                .containsEntry("ratio", Double.NaN)
                .containsEntry("amount", Double.NaN)
                .containsEntry("log_amount", Double.NaN)
                .containsEntry("hour", Double.NaN)
                .containsEntry("mine", 0.0)
                .containsEntry("exact.max_1m", -1.0);
        double[] zero = model.vector(
                name -> name.equals("amount") ? BigDecimal.ZERO : null, Arrays.asList(null, null), 0, Map.of());
        assertThat(named(model, zero)).containsEntry("log_amount", Double.NaN).containsEntry("root", 0.0);
        assertThat(model.fallback(name -> new BigDecimal("11")).orElseThrow()).containsExactly(0.9);
        assertThat(Things.ENGINE.model("pairs").orElseThrow().fallback(name -> 1))
                .isEmpty();
    }

    @Test
    void namesEntitiesTheSameFromEveryRow() {
        Model pairs = Things.ENGINE.model("pairs").orElseThrow();
        Model.Binding both = pairs.bindings().getFirst();
        assertThat(both.entity(Map.of("owner", "b", "partner", "a")::get)).contains("a|b");
        assertThat(both.entity(Map.of("owner", "a", "partner", "b")::get)).contains("a|b");
        assertThat(both.view().entity(List.of("owner", "partner"), Map.of("owner", "a", "partner", "b")::get))
                .contains("a|b");
        assertThat(both.entity(Map.of("owner", "b")::get)).isEmpty();
        assertThat(Things.view("labelled").feed(SourceRecord.of(label())))
                .extracting(View.Fed::key)
                .containsExactly("me");
    }

    @Test
    void aModelMayLeaveTheEventBeingScoredOut() {
        Model model = Things.ENGINE.model("before").orElseThrow();
        assertThat(model.countsCurrent()).isFalse();
        View exact = Things.view("exact");
        Block block = exact.shape().empty();
        Thing thing = new Thing("a", 1_000_000, new BigDecimal("1.00"), 3L, true);
        block.fold(thing.in(exact));
        block.fold(new Thing("b", 999_999, null, null, null).in(exact));
        assertThat(named(model, model.vector(thing.fields(), List.of(block), 1_000_000, Map.of())))
                .isEqualTo(Map.of("exact.count_1m", 1.0, "log_amount", 0.0));
        assertThat(model.windows(1_000_000).get("exact.count_1m")).containsExactly(940_000, 999_999);
    }

    private static Label label() {
        return new Label(
                "things", "a", Instant.ofEpochMilli(5), "me", Map.of("owner", "me"), 1.0, Instant.ofEpochMilli(9), 2);
    }

    @Test
    void statesTheBoundsOfEveryWindow() {
        Model model = Things.ENGINE.model("m").orElseThrow();
        assertThat(model.windows(1_000_000).get("exact.count_10m")).containsExactly(400_000, 1_000_000);
        assertThat(model.windows(1_000_000).get("labelled.true_count_10m")).containsExactly(340_000, 940_000);
        assertThat(Things.view("relative").features().getLast().window().left(1_000_001))
                .isEqualTo(400_000);
    }

    @Test
    void refusesWhatIsNoBlockOfTheView() {
        View view = Things.view("exact");
        Block block = view.shape().empty();
        Things.some(new Random(1), 30, 0, 100_000).forEach(thing -> block.fold(thing.in(view)));
        byte[] good = block.toBytes();
        assertThatThrownBy(() -> view.shape().read(new byte[0]))
                .isInstanceOf(CorruptBlockException.class)
                .hasMessage("Expected more than 0 bytes; the record is cut");
        assertThatThrownBy(() -> Things.view("coarse").shape().read(good))
                .isInstanceOf(CorruptBlockException.class)
                .hasMessageMatching(
                        "Expected a block of the definition \\w+, found one of \\w+; rebuild it from the events");
        byte[] other = good.clone();
        other[0] = 9;
        assertThatThrownBy(() -> view.shape().read(other)).hasMessage("Expected a block of format 1 or 3, found 9");
        assertThatThrownBy(() -> view.shape().read(Arrays.copyOf(good, good.length + 1)))
                .hasMessageContaining("Expected the end");
        Random random = new Random(7);
        for (View each : List.of(view, Things.view("labelled"))) {
            Block source = each.shape().empty();
            Things.some(random, 30, 0, 100_000).forEach(thing -> source.fold(thing.in(each)));
            byte[] bytes = source.toBytes();
            for (int i = 0; i < 3000; i++) {
                byte[] broken =
                        Arrays.copyOf(bytes, random.nextInt(10) == 0 ? random.nextInt(bytes.length) : bytes.length);
                for (int flips = random.nextInt(4); flips >= 0 && broken.length > 6; flips--) {
                    broken[random.nextInt(broken.length)] = (byte) random.nextInt();
                }
                try {
                    each.read(each.shape().read(broken), 100_000);
                } catch (CorruptBlockException e) {
                    assertThat(e).hasMessageStartingWith("Expected");
                }
            }
        }
        assertThatThrownBy(() -> ProjectedEvent.fromBytes(new byte[] {1, 2}, 2))
                .isInstanceOf(CorruptBlockException.class);
    }

    @Test
    void compilesTheUseCasesAndRefusesByNameWhatItCannotRun() {
        FeatureEngine fraud = FeatureEngine.compile(UseCaseLoader.load(USE_CASES, "fraud"));
        assertThat(fraud.model("transaction-fraud").orElseThrow().features())
                .contains(
                        "customer.transaction_count_1m",
                        "customer.avg_amount_30d",
                        "merchant_fraud_rate_7d",
                        "amount",
                        "log_amount",
                        "is_night");
        assertThat(fraud.views()).hasSize(5);
        assertThat(codes(UseCaseLoader.load(USE_CASES, "football")))
                .containsExactlyInAnyOrder("unknown-fold", "unknown-fold");
        FeatureEngine clicks = FeatureEngine.compile(UseCaseLoader.load(USE_CASES, "clickstream"));
        assertThat(clicks.model("next-view").orElseThrow().features())
                .contains("visitor.views_session_30m", "visitor.pages_1d", "visitor.recent_decay_1h");
    }

    private static Stream<String> codes(dev.millrace.schema.definition.UseCase useCase) {
        return catchThrowableOfType(InvalidUseCaseException.class, () -> FeatureEngine.compile(useCase))
                .problems()
                .stream()
                .map(Problem::code);
    }

    @Test
    void reportsWhatDoesNotFitTheEvents(@TempDir Path temp) throws IOException {
        Path folder = things(temp);
        Files.writeString(folder.resolve("features/bad.yaml"), """
                view: bad
                entity: owner
                source: things
                features:
                  a: {mean: weight, over: [1d]}
                  b: {mean: colour, over: [1d]}
                  c: {count: amount, over: [1d]}
                  d: {count: "amount > owner", over: [1d]}
                  e: {sum: size, where: flag, over: [1d]}
                  g: {distinct: colour, scale: 2, over: [1d]}
                  h: {count: all, over: [{half_life: 1h, over: 1d}]}
                ---
                view: rough
                entity: owner
                source: labels of things
                features:
                  f: {sum: value, over: [1d]}
                """);
        assertThat(problems(folder))
                .extracting(problem -> problem.at() + " " + problem.code())
                .containsExactlyInAnyOrder(
                        "features/bad.yaml:5 bad-argument",
                        "features/bad.yaml:6 bad-argument",
                        "features/bad.yaml:7 not-a-condition",
                        "features/bad.yaml:8 bad-expression",
                        "features/bad.yaml:10 unknown-key",
                        "features/bad.yaml:11 bad-parameter",
                        "features/bad.yaml:13 labels-are-exact");
        Files.writeString(folder.resolve("features/bad.yaml"), """
                view: fine
                entity: owner
                source: things
                features: {n: {count: all, over: [1d]}}
                """);
        Files.writeString(folder.resolve("models/bad.yaml"), """
                model: bad
                kind: binary
                rows: things
                label: {value: flag, known_after: 1d}
                features: [fine.*, fine.n_2d, log(owner), amount, amount]
                serve:
                  path: /x
                  request: {shade: {}, n: {replaces: fine.n_9d}}
                  response: {p: score, q: chance, r: 1.0 / score}
                  fallback: nothing
                promote: {better: auc}
                """);
        List<Problem> problems = problems(folder);
        assertThat(problems)
                .extracting(problem -> problem.at().line() + " " + problem.code())
                .containsExactlyInAnyOrder(
                        "5 bad-expression",
                        "5 bad-expression",
                        "5 duplicate-name",
                        "9 bad-expression",
                        "10 bad-expression",
                        "8 unknown-name",
                        "8 unknown-name");
        assertThat(problems.getFirst().message())
                .isEqualTo("'fine.n_2d': there is no 'fine.n_2d'; did you mean 'fine.n_1d'? there are"
                        + " [amount, at, colour, fine.n_1d, flag, id, owner, partner, size, weight]");
    }

    /** What the files say and what it means is checked in one go; what reads a broken view has no problem of its own. */
    @Test
    void reportsEverythingAtOnceAndWhatToWriteInstead(@TempDir Path temp) throws IOException {
        Path folder = things(temp);
        Files.writeString(folder.resolve("features/many.yaml"), """
                view: many
                entity: owners
                source: things
                resolutoin: exact
                delay: soon
                features:
                  a: {mean: amuont, over: [1d]}
                  b: {count: "amount > colour", over: [1d]}
                  c: {mean: amount, ovr: [1d]}
                  d: {mean: amount, max: amount, over: [1d]}
                  e: {maen: amount, over: [1d]}
                  f: {sum: "amount / 10", over: [1d]}
                  g: {count: "colour == RED", over: [1d]}
                  h: {count: "is_nite(at)", over: [1d]}
                  i: {mean: amount, k: 3, over: [1d]}
                  j: {sum: amount, over: [36526d]}
                  k-l: {sum: amount, over: [1d]}
                """);
        Files.writeString(folder.resolve("features/twins.yaml"), """
                view: twins
                entity: owner
                source: things
                features:
                  last: {last_k: amount, k: 2, over: [1d]}
                  last_1: {last: amount, over: [1d]}
                  n: {count: all, over: [7d, 7d]}
                """);
        Files.writeString(folder.resolve("models/told.yaml"), """
                model: told
                kind: binary
                rows: things
                label: {value: flag, known_after: 1d}
                features: [many.*, amount]
                promot: {better: auc}
                ---
                model: known
                kind: binary
                rows: things
                label: {value: flag, known_after: 1d}
                estimates: [weight]
                read: {much: {view: many, key: owner}}
                features: [many.*, {twice: "2.0 * many.a_1d"}, {thrice: "3.0 * much.a_1d"}, {cheat: "flag ? 1.0 : 0.0"}, {sly: "weight * 2.0"}]
                promote: {better: auc}
                serve:
                  path: /known
                  request: {owner: {}}
                  response: {a: "weight / score", b: "string(int(weight))", c: "[weight]"}
                  fallback: {score: 0.5, weight: 2.0}
                """);
        String fields = "there are [amount, at, colour, flag, id, owner, partner, size, weight]";
        String settings = "[at, bound, by, empty, error, k, n, over, per, scale, values, where]";
        String operations = "there are [count, decayed_count, decayed_sum, distinct, first, histogram, kurtosis, last,"
                + " last_k, max, mean, min, percentile, rate, share, skew, stddev, sum, time_since_last, top_k, variance]";
        assertThat(problems(folder))
                .extracting(Problem::toString)
                .containsExactly(
                        "features/many.yaml:2: there is no field of things 'owners'; did you mean 'owner'? " + fields
                                + " [unknown-name]",
                        "features/many.yaml:4: 'resolutoin' means nothing in a view; did you mean 'resolution'? there are"
                                + " [delay, duplicates, entity, features, fold, horizon, resolution, source, tumbling,"
                                + " unordered, view] [unknown-key]",
                        "features/many.yaml:5: 'delay' is a whole number and one of ms, s, m, h, d, such as 30d, of at most"
                                + " 36525d; found 'soon' [bad-duration]",
                        "features/many.yaml:7: 'amuont': there is no 'amuont'; did you mean 'amount'? " + fields
                                + " [bad-expression]",
                        "features/many.yaml:8: 'amount > colour': '>' does not take a number and a text; a text goes with a"
                                + " text, such as == \"a\" [bad-expression]",
                        "features/many.yaml:9: 'ovr' means nothing in a feature; did you mean 'over'? there are "
                                + settings + " [unknown-key]",
                        "features/many.yaml:10: 'd' has [mean, max], of which one at most is an operation; give each a line"
                                + " of its own. Settings are " + settings + " [no-operation]",
                        "features/many.yaml:11: 'e': 'maen' is no operation; did you mean 'mean'? " + operations
                                + " [unsupported-operation]",
                        "features/many.yaml:12: 'amount / 10': '/' does not take a number and a time or a number without a"
                                + " point; write numbers with a point, such as 10.0 [bad-expression]",
                        "features/many.yaml:13: 'colour == RED': there is no 'RED'; a text is quoted, such as \"RED\"; "
                                + fields + " [bad-expression]",
                        "features/many.yaml:14: 'is_nite(at)': there is no function 'is_nite'; did you mean 'is_night'?"
                                + " there are [hour_of_day, is_night, is_weekend, log, sqrt] [bad-expression]",
                        "features/many.yaml:15: 'i': [k] means nothing to 'mean', which has no settings [unknown-key]",
                        "features/many.yaml:16: a window is lifetime or a whole number and one of ms, s, m, h, d, such as"
                                + " 30d, of at most 36525d; found '36526d' [bad-duration]",
                        "features/many.yaml:17: a name is letters, digits and _, and begins with a letter; found 'k-l'"
                                + " [bad-name]",
                        "features/twins.yaml:6: 'last_1': its feature 'last_1_1d' is given by 'last' in line 5 already;"
                                + " rename one [duplicate-name]",
                        "features/twins.yaml:7: 'n': its feature 'n_7d' is given by 'n' in line 7 already; rename one"
                                + " [duplicate-name]",
                        "models/told.yaml:1: 'promote' is missing; found [model, kind, rows, label, features, promot]"
                                + " [missing-key]",
                        "models/told.yaml:6: 'promot' means nothing in a model; did you mean 'promote'? there are [challenge, classes,"
                                + " current, estimates, features, kind, label, model, promote, read, rows, serve] [unknown-key]",
                        "models/told.yaml:14: 'cheat' reads 'flag', which is what the model predicts, and nobody knows yet;"
                                + " a view on 'labels of things' counts what was known by then [label-as-feature]",
                        "models/told.yaml:14: 'sly' reads 'weight', which is what the model predicts, and nobody knows yet;"
                                + " a view on 'labels of things' counts what was known by then [label-as-feature]",
                        "models/told.yaml:19: '[weight]' gives list; expected a number, a text or a condition [bad-expression]");
    }

    /** With its events, and no views or models. */
    private static Path things(Path temp) throws IOException {
        Path folder = temp.resolve("things");
        for (String part : List.of("events", "features", "models")) {
            Files.createDirectories(folder.resolve(part));
        }
        Files.copy(Path.of("src/test/resources/things/use-case.yaml"), folder.resolve("use-case.yaml"));
        Files.copy(Path.of("src/test/resources/things/events/things.avsc"), folder.resolve("events/things.avsc"));
        return folder;
    }

    private static List<Problem> problems(Path folder) {
        return catchThrowableOfType(InvalidUseCaseException.class, () -> FeatureEngine.load(folder))
                .problems();
    }

    private static Map<String, Double> named(Model model, double[] vector) {
        Map<String, Double> named = new java.util.HashMap<>();
        for (int i = 0; i < vector.length; i++) {
            named.put(model.features().get(i), vector[i]);
        }
        return named;
    }
}
