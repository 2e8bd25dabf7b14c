package dev.millrace.feature;

import com.google.common.hash.Hashing;
import dev.millrace.feature.expression.CompiledExpression;
import dev.millrace.feature.expression.ExpressionCompiler;
import dev.millrace.feature.expression.ExpressionException;
import dev.millrace.feature.expression.Variables;
import dev.millrace.feature.operation.Operation;
import dev.millrace.feature.state.AggregateLayout;
import dev.millrace.feature.state.AggregateLayout.Part;
import dev.millrace.feature.state.BlockShape;
import dev.millrace.feature.state.BlockShape.TileWidth;
import dev.millrace.schema.definition.AvroTypes;
import dev.millrace.schema.definition.EntityKey;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.FeatureDefinition;
import dev.millrace.schema.definition.Location;
import dev.millrace.schema.definition.Problem;
import dev.millrace.schema.definition.Resolution;
import dev.millrace.schema.definition.Source;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.definition.ViewDefinition;
import dev.millrace.schema.definition.WindowDefinition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/** Turns a view's definition into a {@link View}; what this engine cannot run is refused by name. */
final class ViewCompiler {
    private final ViewDefinition definition;
    private final EventType event;
    private final List<Problem> problems;
    private final Variables fields;
    private final ExpressionCompiler expressions;
    private final List<View.Input> inputs = new ArrayList<>();
    private final List<Set<Part>> parts = new ArrayList<>();
    private final TreeMap<Long, Long> keepByWidth = new TreeMap<>();

    private ViewCompiler(ViewDefinition definition, EventType event, List<Problem> problems) {
        this.definition = definition;
        this.event = event;
        this.problems = problems;
        this.fields = definition.source() instanceof Source.Labels
                ? new Variables(Map.of("value", Variables.Type.NUMBER))
                : Variables.ofFields(event.schema());
        this.expressions = new ExpressionCompiler(fields);
    }

    /** Empty when it has problems, which are added to the list. */
    static Optional<View> compile(UseCase useCase, ViewDefinition definition, List<Problem> problems) {
        int before = problems.size();
        Optional<View> view =
                new ViewCompiler(definition, useCase.event(definition.source().eventType()), problems).view();
        return problems.size() == before ? view : Optional.empty();
    }

    private void refuse(Location at, String code, String message) {
        problems.add(new Problem(at, code, message));
    }

    private Optional<View> view() {
        if (definition.shape() instanceof ViewDefinition.Shape.Sequential sequential) {
            refuse(
                    definition.at(),
                    "unsupported-fold",
                    "sequential views are not supported yet: fold '" + sequential.fold() + "' of the view '"
                            + definition.name() + "'");
            return Optional.empty();
        }
        if (!(definition.entity() instanceof EntityKey.Fields entity)) {
            refuse(
                    definition.at(),
                    "unsupported-entity",
                    "an entity with alternatives is not supported yet: the view '" + definition.name() + "'");
            return Optional.empty();
        }
        if (definition.source() instanceof Source.Labels && !(definition.resolution() instanceof Resolution.Exact)) {
            refuse(
                    definition.at(),
                    "labels-are-exact",
                    "a view on labels needs 'resolution: exact': labels are revised, so" + " nothing can be merged");
        }
        List<Pending> pending = new ArrayList<>();
        for (FeatureDefinition feature : definition.features()) {
            pending.addAll(features(feature));
        }
        // Features of one window stand together, so that a read adds a window up once.
        List<Long> widths = List.copyOf(keepByWidth.keySet());
        List<Feature> features = pending.stream()
                .map(feature -> feature.resolve(widths))
                .sorted(Comparator.comparingLong(
                        (Feature feature) -> feature.window().width()))
                .toList();
        if (features.isEmpty()) {
            if (problems.isEmpty()) {
                refuse(definition.at(), "no-features", "the view '" + definition.name() + "' has no features");
            }
            return Optional.empty();
        }
        return Optional.of(new View(definition, entity, inputs, features, shape()));
    }

    private BlockShape shape() {
        boolean revised = definition.source() instanceof Source.Labels;
        long horizon = definition.horizon().toMillis();
        long reach =
                keepByWidth.values().stream().mapToLong(Long::longValue).max().orElse(0);
        long duplicates = revised ? Math.max(reach, declaredDuplicates(0)) : declaredDuplicates(horizon);
        List<TileWidth> widths = keepByWidth.entrySet().stream()
                .map(entry -> new TileWidth(entry.getKey(), entry.getValue()))
                .toList();
        String text = revised + "|" + horizon + "|" + duplicates + "|" + widths + "|"
                + inputs.stream().map(View.Input::text).toList() + "|" + parts;
        int fingerprint = Hashing.farmHashFingerprint64()
                .hashString(text, StandardCharsets.UTF_8)
                .asInt();
        return new BlockShape(new AggregateLayout(parts), revised, horizon, duplicates, widths, fingerprint);
    }

    private long declaredDuplicates(long least) {
        return Math.max(
                least,
                definition
                        .duplicates()
                        .orElse(ViewDefinition.DEFAULT_DUPLICATES)
                        .toMillis());
    }

    private List<Pending> features(FeatureDefinition feature) {
        Optional<Operation> operation = Operation.named(feature.operation());
        if (operation.isEmpty()) {
            refuse(
                    feature.at(),
                    "unsupported-operation",
                    "'" + feature.operation() + "' is not supported yet in '"
                            + feature.name() + "'; this version has "
                            + Operation.ALL.stream().map(Operation::name).toList());
            return List.of();
        }
        if (feature.where().isPresent() || feature.by().isPresent()) {
            refuse(
                    feature.at(),
                    "unsupported-filter",
                    "'where' and 'by' are not supported yet in '" + feature.name() + "'");
            return List.of();
        }
        Optional<Bound> bound = input(feature, operation.get());
        if (bound.isEmpty()) {
            return List.of();
        }
        double empty = feature.empty().orElse(operation.get().empty());
        if (definition.shape() instanceof ViewDefinition.Shape.Tumbling tumbling) {
            long width = tumbling.width().toMillis();
            long step = definition.source() instanceof Source.Labels ? 1 : width;
            keepByWidth.merge(step, declaredDuplicates(definition.horizon().toMillis()) + width, Math::max);
            return List.of(new Pending(feature.name(), operation.get(), bound.get(), empty, width, 0, step));
        }
        List<Pending> features = new ArrayList<>();
        for (WindowDefinition window : feature.over()) {
            if (window instanceof WindowDefinition.Sliding sliding) {
                features.add(sliding(feature, operation.get(), bound.get(), empty, sliding));
            } else {
                refuse(
                        feature.at(),
                        "unsupported-window",
                        "the window '" + window.text() + "' is not supported yet in '" + feature.name()
                                + "'; this version has sliding windows such as 7d");
            }
        }
        return features;
    }

    private Pending sliding(
            FeatureDefinition feature,
            Operation operation,
            Bound bound,
            double empty,
            WindowDefinition.Sliding window) {
        Duration width = window.width();
        long step = definition.resolution().millisFor(width);
        long delay = definition.delay().toMillis();
        keepByWidth.merge(
                step, delay + width.toMillis() + step + definition.horizon().toMillis(), Math::max);
        return new Pending(
                feature.name() + "_" + window.text(), operation, bound, empty, width.toMillis(), delay, step);
    }

    /** @param input -1 for all events */
    private record Bound(int input, double unit) {}

    private record Pending(
            String name, Operation operation, Bound bound, double empty, long width, long delay, long step) {
        Feature resolve(List<Long> widths) {
            return new Feature(
                    name,
                    operation,
                    new Feature.Window(width, delay, widths.indexOf(step), step),
                    bound.input(),
                    bound.unit(),
                    empty);
        }
    }

    private Optional<Bound> input(FeatureDefinition feature, Operation operation) {
        String argument = feature.argument().text();
        if (View.countsEvents(operation, argument)) {
            return Optional.of(new Bound(-1, 1));
        }
        if (operation.arguments().contains(Operation.Argument.CONDITION)) {
            return condition(feature).map(condition -> new Bound(use(condition, operation), 1));
        }
        return number(feature, argument).map(number -> new Bound(use(number, operation), unit(number.scale())));
    }

    private static double unit(int scale) {
        return Math.round(StrictMath.pow(10, scale));
    }

    private Optional<View.Input> condition(FeatureDefinition feature) {
        try {
            CompiledExpression expression =
                    expressions.compile(feature.argument().text());
            if (expression.isCondition()) {
                return Optional.of(new View.Input.Condition(expression));
            }
            refuse(
                    feature.argument().at(),
                    "not-a-condition",
                    "'" + feature.operation() + "' takes a condition such as \"value == 1.0\""
                            + (feature.operation().equals("count") ? ", or all" : "") + "; '"
                            + feature.argument().text() + "' is a number");
        } catch (ExpressionException e) {
            refuse(feature.argument().at(), "bad-expression", e.problem());
        }
        return Optional.empty();
    }

    private Optional<View.Input.Number> number(FeatureDefinition feature, String argument) {
        Schema.Field field = definition.source() instanceof Source.Labels
                ? null
                : event.schema().getField(argument);
        if (field == null) {
            refuse(
                    feature.argument().at(),
                    "not-a-field",
                    "'" + feature.operation() + "' takes a field: '" + argument + "' is none; there are "
                            + fields.types().keySet().stream().sorted().toList());
            return Optional.empty();
        }
        Schema type = AvroTypes.nonNull(field.schema());
        if (type.getLogicalType() instanceof LogicalTypes.Decimal decimal && decimal.getPrecision() <= 12) {
            return Optional.of(new View.Input.Number(argument, decimal.getScale()));
        }
        if (type.getLogicalType() == null
                && (type.getType() == Schema.Type.LONG || type.getType() == Schema.Type.INT)) {
            return Optional.of(new View.Input.Number(argument, 0));
        }
        refuse(
                feature.argument().at(),
                "not-exact",
                "'" + feature.operation() + "' needs a decimal or whole number of at most 12 digits"
                        + ", so that sums are exact; '" + argument + "' is " + type);
        return Optional.empty();
    }

    private int use(View.Input input, Operation operation) {
        int index = inputs.stream().map(View.Input::text).toList().indexOf(input.text());
        if (index < 0) {
            inputs.add(input);
            parts.add(EnumSet.noneOf(Part.class));
            index = inputs.size() - 1;
        }
        parts.get(index).addAll(operation.parts());
        return index;
    }
}
