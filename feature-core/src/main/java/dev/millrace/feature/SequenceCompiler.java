package dev.millrace.feature;

import dev.millrace.feature.expression.Variables.Type;
import dev.millrace.feature.fold.FoldProvider;
import dev.millrace.feature.fold.SequentialFold;
import dev.millrace.feature.operation.Emitted;
import dev.millrace.feature.state.AggregateLayout;
import dev.millrace.feature.state.AggregateLayout.Kept;
import dev.millrace.feature.state.AggregateLayout.Part;
import dev.millrace.feature.state.BlockShape;
import dev.millrace.feature.state.Fingerprint;
import dev.millrace.feature.state.Sequence;
import dev.millrace.schema.definition.FeatureDefinition;
import dev.millrace.schema.definition.Problem;
import dev.millrace.schema.definition.Source;
import dev.millrace.schema.definition.ViewDefinition;
import dev.millrace.schema.definition.ViewDefinition.Shape.Sequential;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Turns the definition of a sequential view into a {@link View}. */
final class SequenceCompiler {
    private static final String EMITTED = "emitted";

    private final ViewDefinition definition;
    private final Sequential sequential;
    private final List<Problem> problems;
    private final Fields fields;

    SequenceCompiler(ViewDefinition definition, Sequential sequential, Fields fields, List<Problem> problems) {
        this.definition = definition;
        this.sequential = sequential;
        this.fields = fields;
        this.problems = problems;
    }

    private void refuse(String code, String message) {
        problems.add(new Problem(definition.at(), code, message));
    }

    /** Empty when it has problems, which are added to the list. */
    Optional<View> view() {
        int before = problems.size();
        if (definition.source() instanceof Source.Labels) {
            refuse("fold-of-labels", "a fold takes events in order; labels are revised, which it could not undo");
        }
        Optional<SequentialFold> found = fold();
        if (found.isEmpty()) {
            return Optional.empty();
        }
        SequentialFold fold = found.get();
        for (String read : fold.reads()) {
            if (fields.variables().types().get(read) != Type.NUMBER) {
                refuse(
                        "unknown-name",
                        "the fold '" + sequential.fold() + "' reads the number '" + read
                                + "', which the source does not have; it has " + fields.names());
            }
        }
        List<Feature> features = new ArrayList<>();
        for (FeatureDefinition feature : definition.features()) {
            feature(feature, fold).ifPresent(features::add);
        }
        return problems.size() > before
                ? Optional.empty()
                : Optional.of(View.sequential(
                        definition,
                        fields.projections(),
                        features,
                        new Sequence(fold, shape(fold)),
                        sequential.partition()));
    }

    private Optional<SequentialFold> fold() {
        Optional<FoldProvider> provider = FoldProvider.named(sequential.fold());
        if (provider.isEmpty()) {
            refuse(
                    "unknown-fold",
                    "there is no fold '" + sequential.fold() + "'; on the class path are "
                            + FoldProvider.all().stream()
                                    .map(FoldProvider::name)
                                    .sorted()
                                    .toList());
            return Optional.empty();
        }
        Map<String, Double> settings = new TreeMap<>(provider.get().defaults());
        Set<String> unknown = new TreeSet<>(sequential.settings().keySet());
        unknown.removeAll(settings.keySet());
        if (!unknown.isEmpty()) {
            refuse(
                    "unknown-key",
                    "the fold '" + sequential.fold() + "' knows the settings " + settings.keySet() + ", not "
                            + unknown);
            return Optional.empty();
        }
        settings.putAll(sequential.settings());
        try {
            return Optional.of(provider.get().with(settings::get));
        } catch (IllegalArgumentException e) {
            refuse("bad-parameter", "the fold '" + sequential.fold() + "': " + e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<Feature> feature(FeatureDefinition feature, SequentialFold fold) {
        int kept = fold.keeps().indexOf(feature.argument().text());
        boolean plain = feature.over().isEmpty()
                && feature.where().isEmpty()
                && feature.by().isEmpty()
                && feature.parameters().isEmpty();
        if (!feature.operation().equals(EMITTED) || kept < 0 || !plain) {
            problems.add(new Problem(
                    feature.at(),
                    "bad-argument",
                    "'" + feature.name() + "': a feature of the fold '" + sequential.fold()
                            + "' is {emitted: X}, X one of " + fold.keeps() + ", and 'empty' if need be"));
            return Optional.empty();
        }
        return Optional.of(new Feature(
                feature.name(),
                new Emitted(),
                new Window.Lifetime(sequential.settle().toMillis(), 0, 1),
                kept,
                1,
                feature.empty().orElse(Sequence.unsigned(fold.initial()[kept])),
                Feature.Kind.NUMBER));
    }

    private BlockShape shape(SequentialFold fold) {
        long horizon = definition.horizon().toMillis();
        AggregateLayout layout = new AggregateLayout(
                Collections.nCopies(fold.keeps().size(), new Kept(EnumSet.of(Part.LAST), List.of())));
        BlockShape.TileWidth width =
                new BlockShape.TileWidth(1, sequential.settle().toMillis() + horizon + 1, true);
        String text = sequential.fold() + new TreeMap<>(sequential.settings()) + "|" + sequential.partition() + "|"
                + fields.projections().stream().map(Projection::key).toList() + "|" + fold.reads() + "|" + fold.keeps()
                + "|" + horizon + "|" + width;
        return new BlockShape(layout, false, horizon, horizon, List.of(width), (int) Fingerprint.of(text));
    }
}
