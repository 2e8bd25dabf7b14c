package dev.millrace.feature;

import dev.millrace.feature.expression.CompiledExpression.Values;
import dev.millrace.feature.operation.Operation;
import dev.millrace.feature.state.AggregateLayout;
import dev.millrace.feature.state.Aggregates;
import dev.millrace.feature.state.Block;
import dev.millrace.feature.state.BlockShape;
import dev.millrace.feature.state.CorruptBlockException;
import dev.millrace.feature.state.EntityBlock;
import dev.millrace.feature.state.Fingerprint;
import dev.millrace.feature.state.LayeredBlock;
import dev.millrace.feature.state.ProjectedEvent;
import dev.millrace.feature.state.Sequence;
import dev.millrace.feature.state.SequenceState;
import dev.millrace.feature.state.Totals;
import dev.millrace.feature.state.ViewState;
import dev.millrace.schema.definition.EntityKey;
import dev.millrace.schema.definition.Source;
import dev.millrace.schema.definition.ViewDefinition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/** A view, ready to project events, keep blocks and read features. Thread-safe. */
public final class View {
    private final ViewDefinition definition;
    private final List<Projection> projections;
    private final List<Input> inputs;
    private final List<Feature> features;
    private final BlockShape shape;
    private final Optional<Sequence> sequence;
    private final List<String> partition;
    private final String version;

    private View(
            ViewDefinition definition,
            List<Projection> projections,
            List<Input> inputs,
            List<Feature> features,
            BlockShape shape,
            Optional<Sequence> sequence,
            List<String> partition) {
        this.definition = definition;
        this.projections = List.copyOf(projections);
        this.inputs = List.copyOf(inputs);
        this.features = List.copyOf(features);
        this.shape = shape;
        this.sequence = sequence;
        this.partition = partition;
        this.version = version(definition, shape, partition);
    }

    /** A line that moved in a file changes nothing: no location goes in. */
    private static String version(ViewDefinition definition, BlockShape shape, List<String> partition) {
        String entity = switch (definition.entity()) {
            case EntityKey.Fields fields -> fields.toString();
            case EntityKey.Alternatives alternatives ->
                alternatives.projections().stream()
                        .map(each -> each.key() + " "
                                + new TreeMap<>(each.let())
                                        .entrySet().stream()
                                                .map(let -> let.getKey() + "="
                                                        + let.getValue().text())
                                                .toList())
                        .toList()
                        .toString();
        };
        String text = String.join(
                "\n",
                Integer.toString(shape.fingerprint()),
                definition.source().toString(),
                entity,
                partition.toString(),
                definition.shape().toString());
        return Long.toHexString(Fingerprint.of(text));
    }

    static View ofWindows(
            ViewDefinition definition,
            List<Projection> projections,
            List<Input> inputs,
            List<Feature> features,
            BlockShape shape) {
        return new View(definition, projections, inputs, features, shape, Optional.empty(), List.of());
    }

    /** @param partition the field whose values keep apart what the fold takes together */
    static View sequential(
            ViewDefinition definition,
            List<Projection> projections,
            List<Feature> features,
            Sequence sequence,
            String partition) {
        List<Input> inputs =
                sequence.fold().reads().stream().<Input>map(Input.Exactly::new).toList();
        return new View(
                definition, projections, inputs, features, sequence.shape(), Optional.of(sequence), List.of(partition));
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

    /** The fields that make up the entity's key; none when there are alternatives. */
    public List<String> entityFields() {
        return projections.size() == 1 ? projections.getFirst().key().names() : List.of();
    }

    /** Whether its entities are what records with these key fields are keyed by: all of one lie in one partition. */
    public boolean isKeyedBy(List<String> fields) {
        return entityFields().equals(fields) && !projections.getFirst().key().unordered();
    }

    public List<Feature> features() {
        return features;
    }

    public BlockShape shape() {
        return shape;
    }

    /**
     * Names what the view keeps: definitions with the same version have the same state, though they may read other features
     * of it. Blocks of different versions lie side by side.
     */
    public String version() {
        return version;
    }

    /** The number of a projected event's inputs. */
    public int inputs() {
        return inputs.size();
    }

    /** Whether its state is kept by partition, for a fold over the events of many entities. */
    public boolean isSequential() {
        return sequence.isPresent();
    }

    public boolean isTumbling() {
        return definition.shape() instanceof ViewDefinition.Shape.Tumbling;
    }

    /** The text of an entity's key from fields of these names, in the order of this view's; empty when one is missing. */
    public Optional<String> entity(List<String> names, Values fields) {
        return projections.getFirst().entity(names, fields);
    }

    /**
     * What an event adds, and to the state of which keys.
     *
     * @throws OutOfRangeException when a number is too large for exact sums
     */
    public List<Fed> feed(SourceRecord record) {
        if (isSequential()) {
            return feedSequence(record).stream().toList();
        }
        List<Fed> fed = new ArrayList<>();
        for (Projection projection : projections) {
            Values fields = projection.over(record.fields());
            projection
                    .entity(projection.key().names(), fields)
                    .ifPresent(entity -> fed.add(new Fed(entity, project(record, fields))));
        }
        return fed;
    }

    /**
     * Part of an event.
     *
     * @param key the entity; of a sequential view, the partition
     */
    public record Fed(String key, ProjectedEvent event) {}

    /** Once for all entities; not at all when one of them, the partition or a number is missing. */
    private Optional<Fed> feedSequence(SourceRecord record) {
        List<String> entities = new ArrayList<>();
        for (Projection projection : projections) {
            projection
                    .entity(projection.key().names(), projection.over(record.fields()))
                    .ifPresent(entities::add);
        }
        Object key = record.fields().of(partition.getFirst());
        ProjectedEvent event = project(record, record.fields());
        boolean whole = entities.size() == projections.size()
                && Arrays.stream(event.inputs()).noneMatch(input -> input == AggregateLayout.MISSING);
        return key == null || !whole
                ? Optional.empty()
                : Optional.of(new Fed(
                        key.toString(), new ProjectedEvent(event.time(), event.idHash(), 0, event.inputs(), entities)));
    }

    /** What is kept under a key before its first event. */
    public ViewState state(String key) {
        return sequence.<ViewState>map(SequenceState::new)
                .orElseGet(() -> new EntityBlock(key, shape.emptyLayers(LayeredBlock.YOUNG)));
    }

    /**
     * @param older gives the older block's bytes; asked only where there is one and it is needed
     * @throws CorruptBlockException when the bytes are no state of this view
     */
    public ViewState state(String key, byte[] bytes, Supplier<byte[]> older) {
        return sequence.<ViewState>map(kept -> SequenceState.read(kept, bytes))
                .orElseGet(() -> new EntityBlock(
                        key, shape.readLayers(LayeredBlock.YOUNG, bytes, () -> shape.read(older.get()))));
    }

    private ProjectedEvent project(SourceRecord record, Values fields) {
        long[] values = new long[inputs.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = inputs.get(i).of(fields);
        }
        return new ProjectedEvent(blockTime(record.time()), Fingerprint.of(record.id()), record.revision(), values);
    }

    /** Tiles are open on the left; one millisecond later, a tumbling window {@code [start, end)} is one of them. */
    private long blockTime(long time) {
        return isTumbling() ? time + 1 : time;
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
        Aggregates totals = shape.layout().empty();
        Window summed = null;
        long summedTo = 0;
        for (int i = 0; i < values.length; i++) {
            Feature feature = features.get(i);
            Window window = feature.window();
            long right = Math.min(window.right(at), feature.operation().looksBack() ? at - 1 : last);
            values[i] = switch (feature.operation()) {
                case Operation.OfTotals operation -> {
                    if (!window.equals(summed) || right != summedTo) {
                        totals.clear();
                        block.sum(window.resolution(), left(block, window, at, right), right, totals);
                        summed = window;
                        summedTo = right;
                    }
                    yield value(feature, operation, totals, at);
                }
                case Operation.OfTiles operation -> walked(feature, operation, block, window.left(at), right);
            };
        }
        return values;
    }

    /** Where a window starts: a session's start follows from the events in it. */
    private long left(Block block, Window window, long at, long right) {
        return switch (window) {
            case Window.Sliding sliding -> sliding.left(at);
            case Window.Lifetime lifetime -> lifetime.left(at);
            case Window.Session session ->
                Sessions.left(session, block, shape.layout().empty(), at, right);
        };
    }

    private double walked(Feature feature, Operation.OfTiles operation, Block block, long left, long right) {
        double[] sum = {0};
        boolean[] found = {false};
        block.walk(feature.window().resolution(), left, right, shape.layout().empty(), (edge, tile) -> {
            Totals totals = tile.input(feature.input());
            if (totals.values() > 0) {
                found[0] = true;
                sum[0] += operation.add(totals, feature.unit(), right - edge);
            }
            return true;
        });
        return found[0] ? finite(sum[0]) : feature.empty();
    }

    /**
     * The features of one tumbling window.
     *
     * @param start epoch milliseconds, inclusive; a multiple of the width
     */
    public double[] readTumbling(Block block, long start) {
        long end = start + tumblingWidth();
        Aggregates totals = shape.layout().empty();
        block.sum(0, start, end, totals);
        return features.stream()
                .mapToDouble(feature -> value(feature, (Operation.OfTotals) feature.operation(), totals, end))
                .toArray();
    }

    /** The start of the tumbling window that a projected event falls into. */
    public long tumblingStart(ProjectedEvent event) {
        return Math.floorDiv(event.time() - 1, tumblingWidth()) * tumblingWidth();
    }

    /** Milliseconds. */
    public long tumblingWidth() {
        return ((Window.Sliding) features.getFirst().window()).width();
    }

    private static double value(Feature feature, Operation.OfTotals operation, Aggregates totals, long at) {
        Totals input = totals.input(feature.input());
        if (input.values() == 0) {
            return feature.empty();
        }
        return finite(operation.of(input, feature.unit(), at));
    }

    private static double finite(double value) {
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
}
