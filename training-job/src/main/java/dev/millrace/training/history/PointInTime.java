package dev.millrace.training.history;

import dev.millrace.feature.FeatureHistory;
import dev.millrace.feature.Model;
import dev.millrace.feature.SourceRecord;
import dev.millrace.feature.View;
import dev.millrace.feature.expression.CompiledExpression.Values;
import dev.millrace.feature.state.Block;
import dev.millrace.lake.Position;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.Source;
import dev.millrace.schema.event.LabelFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Every view that a model reads, with what has arrived so far: gives vectors as serving would have, bit for bit. */
final class PointInTime {

    private final Model model;
    private final Map<View, FeatureHistory> views = new LinkedHashMap<>();

    PointInTime(Model model) {
        this.model = model;
        model.bindings().forEach(binding -> views.computeIfAbsent(binding.view(), FeatureHistory::new));
    }

    /** How far before a row its windows can reach, in milliseconds. */
    long reach() {
        return views.keySet().stream()
                .mapToLong(view -> view.shape().reach())
                .max()
                .orElse(0);
    }

    /** Takes an event, or a label, into every view that it feeds. */
    void take(Arrived arrived) {
        switch (arrived) {
            case Arrived.Event(Position position, EventType type, SourceRecord event) -> {
                feed(new Source.Events(type.name()), event);
                ownFlag(type, event.fields())
                        .ifPresent(value -> feed(
                                new Source.Labels(type.name()),
                                new SourceRecord(
                                        event.id(),
                                        event.time(),
                                        LabelFactory.OWN_FLAG,
                                        name -> name.equals("value")
                                                ? (Object) value
                                                : event.fields().of(name))));
            }
            case Arrived.Label(Position position, String eventType, SourceRecord label) ->
                feed(new Source.Labels(eventType), label);
        }
    }

    /** What the event itself says of its truth, if its sender knew. */
    static Optional<Double> ownFlag(EventType type, Values fields) {
        return type.label()
                .flatMap(EventType.LabelRule::field)
                .map(fields::of)
                .map(flag -> flag instanceof Boolean holds ? (holds ? 1.0 : 0.0) : ((Number) flag).doubleValue());
    }

    private void feed(Source source, SourceRecord record) {
        views.forEach((view, history) -> {
            if (view.source().equals(source)) {
                view.feed(record).forEach(fed -> history.fold(fed.key(), fed.event()));
            }
        });
    }

    /** The vector of a row at its own time, after what was taken so far. */
    double[] vector(SourceRecord row) {
        List<@Nullable Block> blocks = new ArrayList<>();
        for (Model.Binding binding : model.bindings()) {
            FeatureHistory history = views.get(binding.view());
            String entity = binding.entity(row.fields()).orElse(null);
            blocks.add(history == null || entity == null ? null : history.at(entity, row.time()));
        }
        return model.vector(row.fields(), blocks, row.time(), Map.of());
    }
}
