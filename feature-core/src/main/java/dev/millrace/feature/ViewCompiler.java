package dev.millrace.feature;

import dev.millrace.feature.operation.Argument;
import dev.millrace.feature.operation.Operation;
import dev.millrace.feature.operation.OperationType;
import dev.millrace.feature.operation.Parameters;
import dev.millrace.feature.operation.Variant;
import dev.millrace.feature.state.AggregateLayout;
import dev.millrace.feature.state.BlockShape;
import dev.millrace.feature.state.Fingerprint;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.FeatureDefinition;
import dev.millrace.schema.definition.Problem;
import dev.millrace.schema.definition.Resolution;
import dev.millrace.schema.definition.Source;
import dev.millrace.schema.definition.Suggestion;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.definition.ViewDefinition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Turns a view's definition into a {@link View}; what this engine cannot run is refused by name. */
final class ViewCompiler {
    private final ViewDefinition definition;
    private final List<Problem> problems;
    private final Fields fields;
    private final InputCompiler inputs;
    private final WindowCompiler windows;

    private ViewCompiler(ViewDefinition definition, EventType event, List<Problem> problems) {
        this.definition = definition;
        this.problems = problems;
        this.fields = Fields.of(definition, event, problems);
        this.inputs = new InputCompiler(fields, problems);
        this.windows = new WindowCompiler(definition);
    }

    /** Empty when it has problems, which are added to the list. */
    static Optional<View> compile(UseCase useCase, ViewDefinition definition, List<Problem> problems) {
        int before = problems.size();
        Optional<View> view =
                new ViewCompiler(definition, useCase.event(definition.source().eventType()), problems).view();
        return problems.size() == before ? view : Optional.empty();
    }

    private void refuse(FeatureDefinition feature, String code, String message) {
        problems.add(new Problem(feature.at(), code, "'" + feature.name() + "': " + message));
    }

    private Optional<View> view() {
        if (definition.shape() instanceof ViewDefinition.Shape.Sequential sequential) {
            return new SequenceCompiler(definition, sequential, fields, problems).view();
        }
        if (definition.source() instanceof Source.Labels && !(definition.resolution() instanceof Resolution.Exact)) {
            problems.add(new Problem(
                    definition.at(),
                    "labels-are-exact",
                    "a view on labels needs 'resolution: exact': labels are revised, so nothing can be merged"));
        }
        if (definition.shape() instanceof ViewDefinition.Shape.Tumbling
                && fields.projections().size() > 1) {
            problems.add(new Problem(
                    definition.at(),
                    "unsupported-entity",
                    "a tumbling view has one entity per event: '" + definition.name() + "' has alternatives"));
        }
        int before = problems.size();
        List<Pending> pending = new ArrayList<>();
        for (FeatureDefinition feature : definition.features()) {
            pending.addAll(features(feature));
        }
        refuseTwins(pending);
        if (pending.isEmpty() && problems.size() == before) {
            problems.add(new Problem(
                    definition.at(), "no-features", "the view '" + definition.name() + "' has no features"));
        }
        if (problems.size() > before) {
            return Optional.empty();
        }
        // Features of one window stand together, so that a read adds a window up once.
        List<Feature> features = pending.stream()
                .map(feature -> feature.resolve(windows))
                .sorted(Comparator.comparingLong((Feature feature) -> order(feature.window()))
                        .thenComparing(feature -> feature.window().toString())
                        .thenComparing(feature -> feature.operation().looksBack()))
                .toList();
        return Optional.of(View.ofWindows(definition, fields.projections(), inputs.inputs(), features, shape()));
    }

    /** A line may give several features: their names may meet those of another. */
    private void refuseTwins(List<Pending> pending) {
        Map<String, FeatureDefinition> seen = new HashMap<>();
        for (Pending feature : pending) {
            FeatureDefinition other = seen.putIfAbsent(feature.name(), feature.definition());
            if (other != null) {
                refuse(
                        feature.definition(),
                        "duplicate-name",
                        "its feature '" + feature.name() + "' is given by '" + other.name() + "' in line "
                                + other.at().line() + " already; rename one");
            }
        }
    }

    private static long order(Window window) {
        return switch (window) {
            case Window.Sliding sliding -> sliding.width();
            case Window.Session session -> session.longest();
            case Window.Lifetime lifetime -> Long.MAX_VALUE;
        };
    }

    private BlockShape shape() {
        boolean revised = definition.source() instanceof Source.Labels;
        long horizon = definition.horizon().toMillis();
        List<BlockShape.TileWidth> widths = windows.widths();
        AggregateLayout layout = inputs.layout();
        long reach = widths.stream()
                .mapToLong(width -> width.lifetime() ? BlockShape.FOREVER : width.keep())
                .max()
                .orElse(0);
        long declared = definition
                .duplicates()
                .orElse(ViewDefinition.DEFAULT_DUPLICATES)
                .toMillis();
        long duplicates = Math.max(revised ? reach : horizon, declared);
        String text = revised + "|" + horizon + "|" + duplicates + "|" + widths + "|" + inputs.text();
        return new BlockShape(layout, revised, horizon, duplicates, widths, (int) Fingerprint.of(text));
    }

    /** Of one line of the view: every window, every variant of the operation, every value of {@code by}. */
    private List<Pending> features(FeatureDefinition feature) {
        Optional<OperationType> type = OperationType.named(feature.operation());
        if (type.isEmpty()) {
            refuse(
                    feature,
                    "unsupported-operation",
                    "'" + feature.operation() + "' is no operation; "
                            + Suggestion.among(
                                    feature.operation(),
                                    OperationType.ALL.stream()
                                            .map(OperationType::name)
                                            .toList()));
            return List.of();
        }
        TreeSet<String> unknown = new TreeSet<>(feature.parameters().keySet());
        unknown.removeAll(type.get().parameters());
        if (type.get().arguments().contains(Argument.NUMBER)) {
            unknown.remove(InputCompiler.SCALE);
        }
        if (!unknown.isEmpty()) {
            refuse(
                    feature,
                    "unknown-key",
                    unknown + " means nothing to '" + type.get().name() + "', which "
                            + (type.get().parameters().isEmpty()
                                    ? "has no settings"
                                    : "knows " + new TreeSet<>(type.get().parameters())));
        }
        List<Pending> pending = new ArrayList<>();
        List<WindowCompiler.Kept> over = windows.of(feature, inputs);
        for (InputCompiler.Bound bound : inputs.bind(feature, type.get())) {
            for (WindowCompiler.Kept window : over) {
                pending.addAll(variants(feature, type.get(), bound, window));
            }
        }
        return pending;
    }

    private List<Pending> variants(
            FeatureDefinition feature, OperationType type, InputCompiler.Bound bound, WindowCompiler.Kept window) {
        Parameters parameters = new Parameters(feature.parameters(), window.width(), window.halfLife());
        List<Pending> pending = new ArrayList<>();
        try {
            for (Variant variant : type.variants().apply(parameters)) {
                if (feature.over().isEmpty()
                        && definition.shape() instanceof ViewDefinition.Shape.Windows
                        && !variant.operation().looksBack()
                        && !OperationType.givesValue(variant.operation())) {
                    throw new IllegalArgumentException("it needs 'over', such as over: [1d, 7d] or over: [lifetime]");
                }
                if (window.halfLife().isPresent() && !(variant.operation() instanceof Operation.OfTiles)) {
                    throw new IllegalArgumentException("'" + type.name()
                            + "' does not decay: give it a width alone, or use decayed_count or decayed_sum");
                }
                if (variant.operation() instanceof Operation.OfTiles
                        && definition.shape() instanceof ViewDefinition.Shape.Tumbling) {
                    throw new IllegalArgumentException("it needs a window that slides");
                }
                pending.add(new Pending(
                        feature,
                        feature.name() + bound.suffix() + variant.suffix() + window.suffix(),
                        variant.operation(),
                        inputs.use(bound, variant),
                        feature.empty().orElse(variant.operation().empty()),
                        variant.bin().isPresent() || !OperationType.givesValue(variant.operation())
                                ? Feature.Kind.NUMBER
                                : bound.kind(),
                        variant.bin().isPresent() ? 1 : bound.unit(),
                        window));
            }
        } catch (IllegalArgumentException e) {
            refuse(feature, "bad-parameter", String.valueOf(e.getMessage()));
        }
        return pending;
    }

    private record Pending(
            FeatureDefinition definition,
            String name,
            Operation operation,
            int input,
            double empty,
            Feature.Kind kind,
            double unit,
            WindowCompiler.Kept window) {
        Feature resolve(WindowCompiler windows) {
            return new Feature(name, operation, windows.resolve(window), input, unit, empty, kind);
        }
    }
}
