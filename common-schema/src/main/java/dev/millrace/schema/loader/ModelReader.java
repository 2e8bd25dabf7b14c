package dev.millrace.schema.loader;

import dev.millrace.schema.definition.Expression;
import dev.millrace.schema.definition.FieldRule;
import dev.millrace.schema.definition.ModelDefinition;
import dev.millrace.schema.definition.ModelDefinition.Answer;
import dev.millrace.schema.definition.ModelDefinition.Binding;
import dev.millrace.schema.definition.ModelDefinition.ChallengeRule;
import dev.millrace.schema.definition.ModelDefinition.Current;
import dev.millrace.schema.definition.ModelDefinition.FeatureUse;
import dev.millrace.schema.definition.ModelDefinition.Kind;
import dev.millrace.schema.definition.ModelDefinition.LabelDefinition;
import dev.millrace.schema.definition.ModelDefinition.PromotionRule;
import dev.millrace.schema.definition.ModelDefinition.RequestField;
import dev.millrace.schema.definition.ModelDefinition.ServeDefinition;
import dev.millrace.schema.definition.ModelDefinition.Then;
import dev.millrace.schema.loader.YamlMap.Item;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

/** One YAML document of {@code models/} to a model. */
final class ModelReader {

    /** What services have beside the paths of models. */
    private static final List<String> OWN =
            List.of("/v1", "/v2", "/health", "/metrics", "/docs", "/openapi.json", "/actuator", "/error");

    private static final Pattern PATH = Pattern.compile("(?!(%s)(/|$))(/(?!\\.)[A-Za-z0-9._-]+)+"
            .formatted(OWN.stream().map(Pattern::quote).collect(Collectors.joining("|"))));

    /** What expressions can use. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private static final String CLASSES = "classes";
    private static final String ESTIMATES = "estimates";
    private static final String FALLBACK = "fallback";
    private static final String DECISION = "decision";

    private ModelReader() {}

    static ModelDefinition read(YamlMap map) {
        Problems problems = map.problems();
        Optional<String> name = problems.attempt(() -> map.text("model"));
        Optional<Kind> kind = problems.attempt(() -> choice(map, "kind", Kind.class));
        Optional<List<String>> classes = kind.flatMap(known -> problems.attempt(() -> classes(map, known)));
        Optional<List<String>> estimates = classes.flatMap(known -> problems.attempt(() -> estimates(map, known)));
        Optional<List<String>> outputs = estimates.map(known -> ModelDefinition.outputs(classes.orElseThrow(), known));
        Optional<String> rows = problems.attempt(() -> map.text("rows"));
        Optional<Current> current =
                problems.attempt(() -> map.has("current") ? choice(map, "current", Current.class) : Current.INCLUDED);
        Optional<LabelDefinition> label = problems.attempt(() -> label(map.map("label")));
        Optional<Map<String, Binding>> read = problems.attempt(
                () -> map.optionalMap("read").map(ModelReader::bindings).orElse(Map.of()));
        Optional<List<FeatureUse>> features = problems.attempt(() -> features(map));
        Optional<Optional<ServeDefinition>> serve =
                problems.attempt(() -> map.optionalMap("serve").map(written -> serve(written, outputs)));
        Optional<PromotionRule> promote = problems.attempt(() -> promote(map.map("promote")));
        Optional<ChallengeRule> challenge = problems.attempt(
                () -> map.optionalMap("challenge").map(ModelReader::challenge).orElse(ChallengeRule.DEFAULT));
        map.refuseUnread("a model");
        return new ModelDefinition(
                problems.need(name),
                problems.need(kind),
                problems.need(classes),
                problems.need(estimates),
                problems.need(rows),
                problems.need(current),
                problems.need(label),
                problems.need(read),
                problems.need(features),
                problems.need(serve),
                problems.need(promote),
                problems.need(challenge),
                map.at());
    }

    private static List<String> classes(YamlMap map, Kind kind) {
        if (kind != Kind.MULTICLASS) {
            if (map.has(CLASSES)) {
                var unused = map.texts(CLASSES);
                throw map.problems()
                        .reject(
                                map.at(CLASSES),
                                "bad-classes",
                                "only a model of the kind multiclass has classes; leave them out");
            }
            return List.of();
        }
        List<String> classes = map.texts(CLASSES);
        if (classes.size() < 2 || !areNames(classes)) {
            throw map.problems()
                    .reject(
                            map.at(CLASSES),
                            "bad-classes",
                            "expected at least two different names of letters, digits and '_', none of them decision or"
                                    + " score, in the order of the model's outputs; found " + classes);
        }
        return classes;
    }

    private static List<String> estimates(YamlMap map, List<String> classes) {
        if (!map.has(ESTIMATES)) {
            return List.of();
        }
        List<String> estimates = map.texts(ESTIMATES);
        List<String> all = new ArrayList<>(classes);
        all.addAll(estimates);
        if (!areNames(all)) {
            throw map.problems()
                    .reject(
                            map.at(ESTIMATES),
                            "bad-estimates",
                            "expected different names of letters, digits and '_', none of them decision, score or a class; found "
                                    + estimates);
        }
        return estimates;
    }

    /** Whether expressions can use them, and tell them apart. */
    private static boolean areNames(List<String> names) {
        return names.stream()
                        .allMatch(name ->
                                NAME.matcher(name).matches() && !name.equals(Answer.SCORE) && !name.equals(DECISION))
                && names.stream().distinct().count() == names.size();
    }

    private static LabelDefinition label(YamlMap map) {
        LabelDefinition label = new LabelDefinition(map.text("value"), map.duration("known_after"));
        map.refuseUnread("a label");
        return label;
    }

    private static <T extends Enum<T>> T choice(YamlMap map, String key, Class<T> type) {
        String text = map.text(key);
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> constant.name().toLowerCase(Locale.ROOT).equals(text))
                .findFirst()
                .orElseThrow(() -> map.problems()
                        .reject(
                                map.at(key),
                                "bad-choice",
                                "'" + key + "' is one of "
                                        + Arrays.toString(type.getEnumConstants())
                                                .toLowerCase(Locale.ROOT)
                                        + "; found '" + text + "'"));
    }

    private static Map<String, Binding> bindings(YamlMap map) {
        Map<String, Binding> bindings = new LinkedHashMap<>();
        for (String name : map.keys()) {
            YamlMap written = map.map(name);
            bindings.put(name, new Binding(written.text("view"), written.texts("key"), written.at()));
            written.refuseUnread("a binding");
        }
        return bindings;
    }

    private static List<FeatureUse> features(YamlMap map) {
        List<FeatureUse> uses = new ArrayList<>();
        for (Item item : map.items("features")) {
            switch (item) {
                case Item.Text text
                when text.text().endsWith(".*") ->
                    uses.add(new FeatureUse.All(
                            text.text().substring(0, text.text().length() - 2), text.at()));
                case Item.Text text -> uses.add(named(map, text.text(), new Expression(text.text(), text.at())));
                case Item.Entries entries -> {
                    for (String name : entries.map().keys()) {
                        uses.add(named(map, name, entries.map().expression(name)));
                    }
                }
            }
        }
        return uses;
    }

    /** Drift names the score beside the features: none of them may have its name. */
    private static FeatureUse named(YamlMap map, String name, Expression expression) {
        if (name.equals(Answer.SCORE)) {
            map.problems()
                    .add(
                            expression.at(),
                            "bad-feature",
                            "'score' is what the model gives, and no name for a feature; give it another: - {own_score: "
                                    + expression.text() + "}");
        }
        return new FeatureUse.Named(name, expression);
    }

    /** @param outputs what the model gives; empty when it cannot be read: then nothing is held against it */
    private static ServeDefinition serve(YamlMap map, Optional<List<String>> outputs) {
        List<RequestField> request = new ArrayList<>();
        YamlMap fields = map.map("request");
        for (String name : fields.keys()) {
            map.problems().attempt(() -> requestField(name, fields.map(name))).ifPresent(request::add);
        }
        Map<String, Answer> response = new LinkedHashMap<>();
        YamlMap answers = map.map("response");
        for (String name : answers.keys()) {
            map.problems()
                    .attempt(() -> answer(answers.expression(name)))
                    .ifPresent(answer -> response.put(name, answer));
        }
        ServeDefinition serve = new ServeDefinition(path(map), request, response, fallback(map, outputs), map.at());
        map.refuseUnread("'serve'");
        return serve;
    }

    private static Answer answer(Expression written) {
        return switch (written.text()) {
            case DECISION -> new Answer.Decision();
            case Answer.SCORE -> new Answer.Score();
            default -> new Answer.Computed(written);
        };
    }

    private static List<Expression> fallback(YamlMap map, Optional<List<String>> known) {
        if (known.isEmpty()) {
            var unused = map.item(FALLBACK);
            return List.of();
        }
        List<String> outputs = known.get();
        if (outputs.equals(List.of(Answer.SCORE))) {
            return List.of(map.expression(FALLBACK));
        }
        YamlMap written = map.map(FALLBACK);
        List<Expression> fallback = outputs.stream().map(written::expression).toList();
        written.refuseUnread("a fallback of " + outputs);
        return fallback;
    }

    private static String path(YamlMap map) {
        String path = map.text("path");
        if (!PATH.matcher(path).matches()) {
            throw map.problems()
                    .reject(
                            map.at("path"),
                            "bad-path",
                            "expected a path of letters, digits, '.', '-' and '_' after each '/', such as /predict, which does not"
                                    + " begin with " + OWN + ": the service has them itself; found '" + path + "'");
        }
        return path;
    }

    private static RequestField requestField(String name, YamlMap map) {
        FieldRule rule = new FieldRule(
                map.optionalNumber("min"),
                map.optionalNumber("above"),
                map.optionalNumber("max"),
                map.optionalText("pattern").map(text -> pattern(map, text)),
                Optional.empty(),
                map.flag("optional"));
        RequestField field = new RequestField(name, rule, map.optionalText("replaces"), map.at());
        map.refuseUnread("a request field");
        return field;
    }

    private static Pattern pattern(YamlMap map, String text) {
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw map.problems().reject(map.at("pattern"), "bad-pattern", e.getDescription() + ": " + text);
        }
    }

    private static PromotionRule promote(YamlMap map) {
        Map<String, Double> floors = new LinkedHashMap<>();
        map.optionalMap("at_least").ifPresent(written -> {
            for (String metric : written.keys()) {
                written.optionalNumber(metric)
                        .map(BigDecimal::doubleValue)
                        .ifPresent(value -> floors.put(metric, value));
            }
        });
        PromotionRule rule = new PromotionRule(
                map.text("better"),
                map.optionalNumber("p").map(BigDecimal::doubleValue).orElse(0.05),
                floors);
        map.refuseUnread("'promote'");
        return rule;
    }

    private static ChallengeRule challenge(YamlMap map) {
        ChallengeRule otherwise = ChallengeRule.DEFAULT;
        double share = map.optionalNumber("share").map(BigDecimal::doubleValue).orElse(otherwise.share());
        int labelled = map.optionalNumber("labelled").map(BigDecimal::intValue).orElse(otherwise.labelled());
        Then then = map.has("then") ? choice(map, "then", Then.class) : otherwise.then();
        map.refuseUnread("'challenge'");
        try {
            return new ChallengeRule(share, labelled, then);
        } catch (IllegalArgumentException e) {
            throw map.problems().reject(map.at(), "out-of-range", String.valueOf(e.getMessage()));
        }
    }
}
