package dev.millrace.training.history;

import dev.millrace.feature.Model;
import dev.millrace.feature.OutOfRangeException;
import dev.millrace.feature.SourceRecord;
import dev.millrace.feature.View;
import dev.millrace.lake.Position;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.Source;
import dev.millrace.schema.event.RecordCodec;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/** Turns each record into its parts: what it adds to the views of a model, and what it asks of them if it is a row. */
final class Projector {

    private static final int NO_VIEW = -1;

    private final Model model;
    private final List<View> views;
    private final RowRange range;
    private final RecordCodec codec;

    Projector(ModelReference.Compiled compiled, RowRange range) {
        this.model = compiled.model();
        this.codec = new RecordCodec(compiled.rows().schema());
        this.views = views(model);
        this.range = range;
    }

    /** The views that a model reads, each once. */
    static List<View> views(Model model) {
        return model.bindings().stream().map(Model.Binding::view).distinct().toList();
    }

    /** How far before a row its windows can reach, in milliseconds. */
    static long reach(Model model) {
        return views(model).stream()
                .mapToLong(view -> view.shape().reach())
                .max()
                .orElse(0);
    }

    /** In the order in which they count. None of an event that a view cannot take, as nowhere else: it came before the view did. */
    List<Part> parts(Arrived arrived) {
        try {
            return taken(arrived);
        } catch (OutOfRangeException e) {
            return List.of();
        }
    }

    private List<Part> taken(Arrived arrived) {
        Parts parts = new Parts(arrived.position());
        switch (arrived) {
            case Arrived.Event(Position position, EventType type, GenericRecord fields) -> {
                SourceRecord event = SourceRecord.of(type, fields);
                parts.feed(new Source.Events(type.name()), event);
                event.ownLabel(type).ifPresent(label -> parts.feed(new Source.Labels(type.name()), label));
                if (type.name().equals(model.definition().rows()) && range.holds(event.time())) {
                    parts.ask(event, codec.encode(fields));
                }
            }
            case Arrived.Label(Position position, String eventType, SourceRecord label) ->
                parts.feed(new Source.Labels(eventType), label);
        }
        return parts.made;
    }

    /** Of one record. */
    private final class Parts {
        private final Position position;
        private final List<Part> made = new ArrayList<>();

        private Parts(Position position) {
            this.position = position;
        }

        private void feed(Source source, SourceRecord record) {
            for (int i = 0; i < views.size(); i++) {
                if (views.get(i).source().equals(source)) {
                    for (View.Fed fed : views.get(i).feed(record)) {
                        add(i, fed.key(), fed.event().toBytes(), null);
                    }
                }
            }
        }

        private void add(int view, String key, byte @Nullable [] event, Part.@Nullable Question question) {
            made.add(new Part(view, group(view, key), key, position, made.size(), event, question));
        }

        /** Where the entities of a sequential view lie, only what came before tells: so all of it stays together. */
        private String group(int view, String key) {
            return views.get(view).isSequential() ? "" : key;
        }

        /** The first question carries the row's own event. */
        private void ask(SourceRecord row, byte[] event) {
            byte[] identity = Piece.row(row.id(), row.time());
            byte[] carried = event;
            for (int i = 0; i < model.bindings().size(); i++) {
                Model.Binding binding = model.bindings().get(i);
                String entity = binding.entity(row.fields()).orElse(null);
                if (entity != null) {
                    ask(views.indexOf(binding.view()), entity, new Part.Question(i, identity, carried));
                    carried = null;
                }
            }
            if (carried != null) {
                Part.Question nothing = new Part.Question(Piece.UNASKED, identity, carried);
                made.add(new Part(NO_VIEW, row.id(), row.id(), position, made.size(), null, nothing));
            }
        }

        /** With what the row itself folds there, if it does: one part less to sort. */
        private void ask(int view, String entity, Part.Question question) {
            for (int i = made.size() - 1; i >= 0; i--) {
                Part part = made.get(i);
                if (part.isOf(view, group(view, entity), entity)) {
                    if (part.question() == null) {
                        made.set(i, part.asking(question));
                        return;
                    }
                    break;
                }
            }
            add(view, entity, null, question);
        }
    }
}
