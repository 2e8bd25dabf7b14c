package dev.millrace.stream.lane;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.OutOfRangeException;
import dev.millrace.feature.SourceRecord;
import dev.millrace.feature.View;
import dev.millrace.feature.state.ProjectedEvent;
import dev.millrace.schema.avro.Label;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.Source;
import dev.millrace.schema.event.LabelFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericRecord;

/** What one record gives to each view: the same from a topic and from the lake. Thread-safe. */
public final class ViewFeeds {
    private final List<View> views;
    private final Map<String, LabelFactory> labels = new HashMap<>();

    public ViewFeeds(FeatureEngine engine) {
        this.views = engine.views();
        engine.useCase()
                .events()
                .values()
                .forEach(type -> labels.put(type.name(), new LabelFactory(engine.useCase(), type)));
    }

    /**
     * One part of a record.
     *
     * @param key of the view's state: an entity, or a sequential view's partition
     */
    public record Fed(View view, String key, ProjectedEvent event) {}

    /**
     * An event, and the label that its own flag is.
     *
     * @throws OutOfRangeException when a view cannot take it: then none does
     */
    public List<Fed> event(EventType type, GenericRecord event) {
        List<Fed> fed = new ArrayList<>();
        feed(new Source.Events(type.name()), SourceRecord.of(type, event), fed);
        LabelFactory factory = labels.get(type.name());
        Double flag = factory == null ? null : factory.ownFlag(event);
        if (factory != null && flag != null) {
            label(factory.label(event, flag, type.time(event), LabelFactory.OWN_FLAG), fed);
        }
        return fed;
    }

    /** @throws OutOfRangeException when a view cannot take it: then none does */
    public List<Fed> label(Label label) {
        List<Fed> fed = new ArrayList<>();
        label(label, fed);
        return fed;
    }

    private void label(Label label, List<Fed> fed) {
        feed(new Source.Labels(label.getEventType()), SourceRecord.of(label), fed);
    }

    private void feed(Source source, SourceRecord record, List<Fed> fed) {
        for (View view : views) {
            if (view.source().equals(source)) {
                view.feed(record).forEach(part -> fed.add(new Fed(view, part.key(), part.event())));
            }
        }
    }
}
