package dev.millrace.feature;

import com.google.common.hash.Hashing;
import dev.millrace.feature.expression.CompiledExpression;
import dev.millrace.feature.operation.Operation;
import dev.millrace.feature.state.AggregateLayout;
import dev.millrace.feature.state.Block;
import dev.millrace.feature.state.BlockShape;
import dev.millrace.feature.state.ProjectedEvent;
import dev.millrace.schema.definition.EntityKey;
import dev.millrace.schema.definition.EntityText;
import dev.millrace.schema.definition.Source;
import dev.millrace.schema.definition.ViewDefinition;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A view, ready to project events, keep blocks and read features. Thread-safe. */
public final class View {
    private final ViewDefinition definition;
    private final EntityKey.Fields entity;
    private final List<Input> inputs;
    private final List<Feature> features;
    private final BlockShape shape;

    View(
            ViewDefinition definition,
            EntityKey.Fields entity,
            List<Input> inputs,
            List<Feature> features,
            BlockShape shape) {
        this.definition = definition;
        this.entity = entity;
        this.inputs = List.copyOf(inputs);
        this.features = List.copyOf(features);
        this.shape = shape;
    }

    /** What one event adds to the aggregates. */
    sealed interface Input {
        /** A scaled integer, or {@link AggregateLayout#MISSING}. */
        long of(CompiledExpression.Values fields);

        /** Names the input and its scale: part of a block's fingerprint. */
        String text();

        /** A number of a field, as a whole number of units of {@code 10^-scale}. */
        record Number(String field, int scale) implements Input {
            @Override
            public long of(CompiledExpression.Values fields) {
                return switch (fields.of(field)) {
                    case null -> AggregateLayout.MISSING;
                    case BigDecimal decimal ->
                        decimal.setScale(scale).unscaledValue().longValueExact();
                    case Long whole -> whole;
                    case Integer whole -> whole;
                    case Object other ->
                        throw new IllegalArgumentException("'" + field + "' is no exact number but a "
                                + other.getClass().getSimpleName());
                };
            }

            @Override
            public String text() {
                return field + "e-" + scale;
            }
        }

        /** 1 or 0; missing when a field that it names is. */
        record Condition(CompiledExpression expression) implements Input {
            @Override
            public long of(CompiledExpression.Values fields) {
                for (String name : expression.names()) {
                    if (fields.of(name) == null) {
                        return AggregateLayout.MISSING;
                    }
                }
                double number = expression.number(fields);
                return Double.isNaN(number) ? AggregateLayout.MISSING : (long) number;
            }

            @Override
            public String text() {
                return expression.text();
            }
        }
    }

    public String name() {
        return definition.name();
    }

    public ViewDefinition definition() {
        return definition;
    }

    public Source source() {
        return definition.source();
    }

    /** The fields that make up the entity's key. */
    public List<String> entityFields() {
        return entity.names();
    }

    public List<Feature> features() {
        return features;
    }

    public BlockShape shape() {
        return shape;
    }

    /** The number of a projected event's inputs. */
    public int inputs() {
        return inputs.size();
    }

    public boolean isTumbling() {
        return definition.shape() instanceof ViewDefinition.Shape.Tumbling;
    }

    /** The text of the entity's key, or empty when a field of it is missing. */
    public Optional<String> entity(CompiledExpression.Values fields) {
        return entity(entity.names(), fields);
    }

    /** The same from fields of other names, in the order of this view's. */
    public Optional<String> entity(List<String> names, CompiledExpression.Values fields) {
        List<@Nullable Object> values = new ArrayList<>();
        for (String name : names) {
            Object value = fields.of(name);
            if (value == null) {
                return Optional.empty();
            }
            values.add(value.toString());
        }
        if (entity.unordered()) {
            values.sort(Comparator.comparing(String::valueOf));
        }
        return Optional.of(EntityText.join(
                entity.names(), name -> values.get(entity.names().indexOf(name))));
    }

    public ProjectedEvent project(SourceRecord record) {
        long[] values = new long[inputs.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = inputs.get(i).of(record.fields());
        }
        return new ProjectedEvent(blockTime(record.time()), hash(record.id()), record.revision(), values);
    }

    /** Tiles are open on the left; one millisecond later, a tumbling window {@code [start, end)} is one of them. */
    private long blockTime(long time) {
        return isTumbling() ? time + 1 : time;
    }

    /** Stable across releases and machines. */
    private static long hash(String id) {
        return Hashing.farmHashFingerprint64()
                .hashString(id, StandardCharsets.UTF_8)
                .asLong();
    }

    /**
     * Every feature at a moment.
     *
     * @param at epoch milliseconds
     * @return in the order of {@link #features()}; NaN is missing
     */
    public double[] read(Block block, long at) {
        return read(block, at, at);
    }

    /** The same without events at the moment itself: windows end a millisecond earlier. */
    public double[] readBefore(Block block, long at) {
        return read(block, at, at - 1);
    }

    private double[] read(Block block, long at, long last) {
        double[] values = new double[features.size()];
        long[] totals = shape.layout().empty();
        Feature.Window summed = null;
        for (int i = 0; i < values.length; i++) {
            Feature feature = features.get(i);
            if (!feature.window().equals(summed)) {
                summed = feature.window();
                Arrays.fill(totals, 0);
                block.sum(summed.resolution(), summed.left(at), Math.min(summed.right(at), last), totals);
            }
            values[i] = value(feature, totals);
        }
        return values;
    }

    /**
     * The features of one tumbling window.
     *
     * @param start epoch milliseconds, inclusive; a multiple of the width
     */
    public double[] readTumbling(Block block, long start) {
        long width = features.getFirst().window().width();
        long[] totals = shape.layout().empty();
        block.sum(0, start, start + width, totals);
        return features.stream().mapToDouble(feature -> value(feature, totals)).toArray();
    }

    /** The start of the tumbling window that a projected event falls into. */
    public long tumblingStart(ProjectedEvent event) {
        long width = features.getFirst().window().width();
        return Math.floorDiv(event.time() - 1, width) * width;
    }

    private double value(Feature feature, long[] totals) {
        if (feature.input() < 0) {
            long events = AggregateLayout.events(totals);
            return events == 0 ? feature.empty() : events;
        }
        AggregateLayout.Totals input = shape.layout().totals(totals, feature.input());
        if (input.values() == 0) {
            return feature.empty();
        }
        double value = feature.operation().of(input, feature.unit());
        return Double.isFinite(value) ? value : Double.NaN;
    }

    /** Whether a block can still answer for this moment, or the entity's history has to be folded. */
    public boolean answers(Block block, long at) {
        return block.newest() == Block.NONE || at >= block.newest() - shape.horizon();
    }

    @Override
    public String toString() {
        return "view " + name();
    }

    /** The operation of {@code count: all}. */
    static boolean countsEvents(Operation operation, String argument) {
        return operation instanceof Operation.Count && argument.equals("all");
    }
}
