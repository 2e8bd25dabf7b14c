package dev.millrace.stream.lane;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.OutOfRangeException;
import dev.millrace.feature.SourceRecord;
import dev.millrace.feature.View;
import dev.millrace.feature.state.ProjectedEvent;
import dev.millrace.schema.avro.Label;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.Source;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.generic.GenericRecord;

/** What one record gives to each view: the same from a topic and from the lake. Thread-safe. */
public final class ViewFeeds {
    private final List<View> views;

    public ViewFeeds(FeatureEngine engine) {
        this.views = engine.views();
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
        SourceRecord record = SourceRecord.of(type, event);
        feed(new Source.Events(type.name()), record, fed);
        record.ownLabel(type).ifPresent(label -> feed(new Source.Labels(type.name()), label, fed));
        return fed;
    }

    /** @throws OutOfRangeException when a view cannot take it: then none does */
    public List<Fed> label(Label label) {
        List<Fed> fed = new ArrayList<>();
        feed(new Source.Labels(label.getEventType()), SourceRecord.of(label), fed);
        return fed;
    }

    private void feed(Source source, SourceRecord record, List<Fed> fed) {
        for (View view : views) {
            if (view.source().equals(source)) {
                view.feed(record).forEach(part -> fed.add(new Fed(view, part.key(), part.event())));
            }
        }
    }
}
