package dev.millrace.feature;

import dev.millrace.feature.expression.CompiledExpression;
import dev.millrace.feature.expression.CompiledExpression.Values;
import dev.millrace.feature.state.Block;
import dev.millrace.schema.definition.ModelDefinition;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A model's features, ready to make vectors of a row and of the blocks that it reads. Thread-safe. */
public final class Model {
    private final ModelDefinition definition;
    private final List<Binding> bindings;
    private final Map<String, Slot> stored;
    private final List<Entry> entries;
    private final List<ResponseField> response;
    private final List<CompiledExpression> fallback;
    private final String digest;

    Model(
            ModelDefinition definition,
            List<Binding> bindings,
            Map<String, Slot> stored,
            List<Entry> entries,
            List<ResponseField> response,
            List<CompiledExpression> fallback,
            String digest) {
        this.definition = definition;
        this.bindings = List.copyOf(bindings);
        this.stored = Map.copyOf(stored);
        this.entries = List.copyOf(entries);
        this.response = List.copyOf(response);
        this.fallback = List.copyOf(fallback);
        this.digest = digest;
    }

    /**
     * A view that the model reads.
     *
     * @param key the row's fields that name the entity
     */
    public record Binding(String name, View view, List<String> key) {
        public Binding {
            key = List.copyOf(key);
        }

        /** Empty when the row does not name the entity. */
        public Optional<String> entity(Values row) {
            return view.entity(key, row);
        }
    }

    /** A stored feature: which binding, and which of its view's features. */
    record Slot(int binding, int feature) {}

    /** One number of the vector. */
    sealed interface Entry {
        String name();

        record Stored(String name, Slot slot) implements Entry {}

        record Derived(String name, CompiledExpression expression) implements Entry {}
    }

    public String name() {
        return definition.name();
    }

    public ModelDefinition definition() {
        return definition;
    }

    /** The order in which {@link #vector} expects blocks. */
    public List<Binding> bindings() {
        return bindings;
    }

    /** The vector's names, in order. */
    public List<String> features() {
        return entries.stream().map(Entry::name).toList();
    }

    List<Entry> entries() {
        return entries;
    }

    /** Whether a stored feature, {@code binding.feature}, is in the vector or in an expression of it. */
    boolean reads(String name) {
        return entries.stream().anyMatch(entry -> switch (entry) {
            case Entry.Stored(String own, Slot slot) -> name(slot).equals(name);
            case Entry.Derived(String own, CompiledExpression expression) ->
                expression.names().contains(name);
        });
    }

    /** SHA-256, hex, of everything that determines a vector: tells a model trained under other definitions. */
    public String digest() {
        return digest;
    }

    /** Whether a row's own event counts in its features: it has to be folded into the blocks that it feeds. */
    public boolean countsCurrent() {
        return definition.current() == ModelDefinition.Current.INCLUDED;
    }

    /** The fields of an answer, in the order written; none of a model that is not asked. */
    public List<ResponseField> response() {
        return response;
    }

    /**
     * What is answered when no model can, in the order of {@link ModelDefinition#outputs()}; empty when nothing is declared or a
     * number cannot be computed.
     */
    public Optional<double[]> fallback(Values row) {
        double[] outputs = fallback.stream()
                .mapToDouble(expression -> expression.number(row))
                .toArray();
        return outputs.length == 0 || Arrays.stream(outputs).anyMatch(Double::isNaN)
                ? Optional.empty()
                : Optional.of(outputs);
    }

    /**
     * The numbers that the model is given.
     *
     * @param row the event's or request's fields
     * @param blocks by binding; null where an entity has none, or could not be read
     * @param at epoch milliseconds
     * @param replaced values, by {@code binding.feature}, that take the place of stored ones before anything is derived
     * @return in the order of {@link #features()}; NaN is missing
     */
    public double[] vector(Values row, List<@Nullable Block> blocks, long at, Map<String, Double> replaced) {
        double[][] values = new double[bindings.size()][];
        for (int i = 0; i < values.length; i++) {
            values[i] = read(i, blocks.get(i), at);
        }
        replaced.forEach((name, value) -> {
            Slot slot = stored.get(name);
            if (slot == null) {
                throw new IllegalArgumentException("There is no stored feature '" + name + "' to replace; there are "
                        + stored.keySet().stream().sorted().toList());
            }
            values[slot.binding()][slot.feature()] = value;
        });
        return vector(row, values);
    }

    /**
     * What a vector takes of one binding.
     *
     * @param binding index into {@link #bindings()}
     * @param block null where the entity has none
     * @param at epoch milliseconds
     */
    public double[] read(int binding, @Nullable Block block, long at) {
        View view = bindings.get(binding).view();
        Block read = block == null ? view.shape().empty() : block;
        return countsCurrent() ? view.read(read, at) : view.readBefore(read, at);
    }

    /**
     * The same numbers from what was read before.
     *
     * @param values by binding, as {@link #read} gave them
     */
    public double[] vector(Values row, double[][] values) {
        Values names = name -> {
            Slot slot = stored.get(name);
            return slot == null ? row.of(name) : feature(slot).kind().value(values[slot.binding()][slot.feature()]);
        };
        double[] vector = new double[entries.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = switch (entries.get(i)) {
                case Entry.Stored(String name, Slot slot) -> values[slot.binding()][slot.feature()];
                case Entry.Derived(String name, CompiledExpression expression) -> expression.number(names);
            };
        }
        return vector;
    }

    /**
     * The vector when nothing stored can be read.
     *
     * @param defaults in the order of {@link #features()}: for what needs a stored value that is not replaced
     */
    public double[] vectorWithoutStore(Values row, long at, Map<String, Double> replaced, List<Double> defaults) {
        double[] vector = vector(row, Collections.nCopies(bindings.size(), null), at, replaced);
        for (int i = 0; i < vector.length; i++) {
            boolean needsStore = switch (entries.get(i)) {
                case Entry.Stored(String name, Slot slot) -> !replaced.containsKey(name(slot));
                case Entry.Derived(String name, CompiledExpression expression) ->
                    expression.names().stream()
                            .anyMatch(used -> stored.containsKey(used) && !replaced.containsKey(used));
            };
            if (needsStore) {
                vector[i] = defaults.get(i);
            }
        }
        return vector;
    }

    private String name(Slot slot) {
        return bindings.get(slot.binding()).name() + "." + feature(slot).name();
    }

    private Feature feature(Slot slot) {
        return bindings.get(slot.binding()).view().features().get(slot.feature());
    }

    /** The window's bounds of every stored feature of the vector: {@code (left, right]}, epoch milliseconds. */
    public Map<String, long[]> windows(long at) {
        Map<String, long[]> windows = new HashMap<>();
        for (Entry entry : entries) {
            if (entry instanceof Entry.Stored(String name, Slot slot)) {
                Feature feature = feature(slot);
                Window window = feature.window();
                boolean counts = countsCurrent() && !feature.operation().looksBack();
                long last = counts ? at : at - 1;
                windows.put(name, new long[] {window.left(at), Math.min(window.right(at), last)});
            }
        }
        return windows;
    }
}
