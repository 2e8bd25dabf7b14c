package dev.millrace.schema.loader;

import dev.millrace.schema.definition.EntityKey;
import dev.millrace.schema.definition.Expression;
import dev.millrace.schema.definition.FeatureDefinition;
import dev.millrace.schema.definition.Location;
import dev.millrace.schema.definition.Resolution;
import dev.millrace.schema.definition.Source;
import dev.millrace.schema.definition.Suggestion;
import dev.millrace.schema.definition.ViewDefinition;
import dev.millrace.schema.definition.WindowDefinition;
import dev.millrace.schema.loader.YamlMap.Item;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** One YAML document of {@code features/} to a view. */
final class ViewReader {
    private static final String LABELS_OF = "labels of ";

    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]*");

    /** What a feature says beside its operation: the one key that is none of these. The engine knows the operations. */
    static final Set<String> SETTINGS =
            Set.of("over", "where", "by", "empty", "k", "n", "values", "error", "per", "bound", "at", "scale");

    private static final Set<String> NOT_FOR_OPERATIONS = Set.of("over", "where", "by", "empty");

    private ViewReader() {}

    static ViewDefinition read(YamlMap map) {
        Problems problems = map.problems();
        Optional<String> name = problems.attempt(() -> name(map, "view", map.text("view")));
        Optional<Source> source = problems.attempt(() -> source(map));
        Optional<EntityKey> entity = problems.attempt(() -> entity(map));
        Optional<ViewDefinition.Shape> shape = problems.attempt(() -> shape(map));
        Optional<List<FeatureDefinition>> features = problems.attempt(() -> features(map, shape));
        boolean sequential =
                shape.filter(ViewDefinition.Shape.Sequential.class::isInstance).isPresent();
        Windows moving = sequential ? ofSequence(map) : ofWindows(map);
        map.refuseUnread(sequential ? "a sequential view" : "a view");
        if (moving.duplicates().orElse(ViewDefinition.DEFAULT_DUPLICATES).compareTo(moving.horizon()) < 0) {
            problems.add(map.at("duplicates"), "duplicates-below-horizon", "'duplicates' is at least the horizon");
        }
        return new ViewDefinition(
                problems.need(name),
                problems.need(entity),
                problems.need(source),
                moving.resolution(),
                moving.delay(),
                moving.horizon(),
                moving.duplicates(),
                problems.need(shape),
                problems.need(features),
                map.at());
    }

    /** How windows move. */
    private record Windows(Resolution resolution, Duration delay, Duration horizon, Optional<Duration> duplicates) {}

    private static Windows ofWindows(YamlMap map) {
        return new Windows(
                map.problems().attempt(() -> resolution(map)).orElse(new Resolution.Relative()),
                duration(map, "delay").orElse(Duration.ZERO),
                duration(map, "horizon").orElse(ViewDefinition.DEFAULT_HORIZON),
                duration(map, "duplicates"));
    }

    /** Empty also where it is none: noted, and no reason to leave the rest unread. */
    private static Optional<Duration> duration(YamlMap map, String key) {
        return map.problems().attempt(() -> map.optionalDuration(key)).flatMap(found -> found);
    }

    /** It has no windows: what says how they move is refused as unknown. */
    private static Windows ofSequence(YamlMap map) {
        Duration horizon = duration(map, "horizon").orElse(ViewDefinition.DEFAULT_DEPTH);
        return new Windows(new Resolution.Exact(), Duration.ZERO, horizon, Optional.of(horizon));
    }

    private static List<FeatureDefinition> features(YamlMap map, Optional<ViewDefinition.Shape> shape) {
        List<FeatureDefinition> features = new ArrayList<>();
        YamlMap written = map.map("features");
        for (String feature : written.keys()) {
            map.problems()
                    .attempt(() -> feature(name(written, feature, feature), written.map(feature), shape))
                    .ifPresent(features::add);
        }
        return features;
    }

    /** Expressions of a model are to name it: {@code my-view.n} would be a difference. */
    private static String name(YamlMap map, String key, String name) {
        if (!NAME.matcher(name).matches()) {
            throw map.problems()
                    .reject(
                            map.at(key),
                            "bad-name",
                            "a name is letters, digits and _, and begins with a letter; found '" + name + "'");
        }
        return name;
    }

    private static Source source(YamlMap map) {
        String text = map.text("source");
        return text.startsWith(LABELS_OF)
                ? new Source.Labels(text.substring(LABELS_OF.length()).strip())
                : new Source.Events(text);
    }

    private static ViewDefinition.Shape shape(YamlMap map) {
        if (map.has("fold")) {
            Map<String, Double> settings = new LinkedHashMap<>();
            map.optionalMap("settings").ifPresent(written -> {
                for (String name : written.keys()) {
                    written.optionalNumber(name).ifPresent(value -> settings.put(name, value.doubleValue()));
                }
            });
            return new ViewDefinition.Shape.Sequential(
                    map.text("fold"), map.text("partition"), map.duration("settle"), settings);
        }
        if (map.has("tumbling")) {
            return new ViewDefinition.Shape.Tumbling(map.duration("tumbling"), map.text("table"));
        }
        return new ViewDefinition.Shape.Windows();
    }

    private static Resolution resolution(YamlMap map) {
        Optional<String> text = map.optionalText("resolution");
        if (text.isEmpty()) {
            return new Resolution.Relative();
        }
        if (text.get().equals("exact")) {
            return new Resolution.Exact();
        }
        return new Resolution.Every(
                map.duration(map.at("resolution"), "'resolution' is exact or a duration such as 10m", text.get()));
    }

    private static EntityKey entity(YamlMap map) {
        boolean unordered = map.flag("unordered");
        if (!map.isList("entity")) {
            return new EntityKey.Fields(map.texts("entity"), unordered);
        }
        List<Item> items = map.items("entity");
        if (items.stream().allMatch(Item.Text.class::isInstance)) {
            return new EntityKey.Fields(map.texts("entity"), unordered);
        }
        List<EntityKey.Projection> projections = new ArrayList<>();
        for (Item item : items) {
            switch (item) {
                case Item.Text text ->
                    throw map.problems()
                            .reject(
                                    text.at(),
                                    "mixed-entity",
                                    "an entity is a list of fields, or of '{key: …, let: …}'");
                case Item.Entries entries -> projections.add(projection(entries.map()));
            }
        }
        return new EntityKey.Alternatives(projections);
    }

    private static EntityKey.Projection projection(YamlMap map) {
        Map<String, Expression> let = new LinkedHashMap<>();
        map.optionalMap("let").ifPresent(names -> {
            for (String name : names.keys()) {
                let.put(name, names.expression(name));
            }
        });
        EntityKey.Fields key = new EntityKey.Fields(map.texts("key"), map.flag("unordered"));
        map.refuseUnread("an alternative of an entity");
        return new EntityKey.Projection(key, let);
    }

    /** The one key that is no setting. */
    private static String operation(String name, YamlMap map) {
        List<String> written =
                map.keys().stream().filter(key -> !SETTINGS.contains(key)).toList();
        List<String> operations = written.stream()
                .filter(key -> Suggestion.nearest(key, SETTINGS).isEmpty())
                .toList();
        if (operations.isEmpty()) {
            throw map.problems()
                    .reject(
                            map.at(),
                            "no-operation",
                            "'" + name + "' needs an operation, such as {count: all, over: [1d]}; found " + map.keys());
        }
        if (operations.size() > 1) {
            throw map.problems()
                    .reject(
                            map.at(),
                            "no-operation",
                            "'" + name + "' has " + operations
                                    + ", of which one at most is an operation; give each a line"
                                    + " of its own. Settings are "
                                    + SETTINGS.stream().sorted().toList());
        }
        if (written.size() > 1) {
            written.stream()
                    .filter(key -> !operations.contains(key))
                    .forEach(key -> map.refuse(key, "a feature", SETTINGS));
            throw map.problems().giveUp();
        }
        return operations.getFirst();
    }

    private static FeatureDefinition feature(String name, YamlMap map, Optional<ViewDefinition.Shape> shape) {
        String operation = operation(name, map);
        Expression argument = map.expression(operation);
        List<WindowDefinition> over = map.has("over") ? windows(map) : List.of();
        if (!over.isEmpty()
                && shape.filter(ViewDefinition.Shape.Tumbling.class::isInstance).isPresent()) {
            map.problems()
                    .add(map.at("over"), "window-in-tumbling", "a tumbling view has one window; leave out 'over'");
        }
        Optional<Expression> where = map.optionalExpression("where");
        Optional<String> by = map.optionalText("by");
        Optional<Double> empty = map.optionalNumber("empty").map(BigDecimal::doubleValue);
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String key : SETTINGS) {
            if (map.has(key) && !NOT_FOR_OPERATIONS.contains(key)) {
                parameters.put(key, String.join(",", map.texts(key)));
            }
        }
        map.refuseUnread("a feature");
        return new FeatureDefinition(name, operation, argument, over, where, by, empty, parameters, map.at());
    }

    private static List<WindowDefinition> windows(YamlMap map) {
        List<WindowDefinition> windows = new ArrayList<>();
        int before = map.problems().count();
        for (Item item : map.items("over")) {
            map.problems().attempt(() -> window(map, item)).ifPresent(windows::add);
        }
        if (map.problems().count() > before) {
            throw map.problems().giveUp();
        }
        return windows;
    }

    private static WindowDefinition window(YamlMap map, Item item) {
        return switch (item) {
            case Item.Text text ->
                text.text().equals("lifetime") ? new WindowDefinition.Lifetime(text.text()) : sliding(map, text);
            case Item.Entries entries -> special(entries.map());
        };
    }

    private static WindowDefinition sliding(YamlMap map, Item.Text text) {
        Duration width = map.duration(text.at(), "a window is lifetime or " + YamlMap.A_DURATION, text.text());
        if (width.isZero()) {
            throw map.problems().reject(text.at(), "bad-duration", "a window is at least 1ms wide");
        }
        return new WindowDefinition.Sliding(text.text(), width);
    }

    private static WindowDefinition special(YamlMap map) {
        Location at = map.at();
        if (map.has("session")) {
            String text = "session_" + map.text("session");
            WindowDefinition session =
                    new WindowDefinition.Session(text, map.duration("session"), map.duration("longest"));
            map.refuseUnread("a session window");
            return session;
        }
        if (map.has("half_life")) {
            String text = "decay_" + map.text("half_life");
            WindowDefinition decay = new WindowDefinition.Decay(text, map.duration("half_life"), map.duration("over"));
            map.refuseUnread("a decay window");
            return decay;
        }
        throw map.problems()
                .reject(
                        at,
                        "bad-window",
                        "a window is '7d', 'lifetime', '{session: …, longest: …}' or '{half_life: …, over: …}'");
    }
}
