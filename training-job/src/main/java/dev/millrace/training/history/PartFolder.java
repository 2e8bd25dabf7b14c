package dev.millrace.training.history;

import com.google.common.collect.AbstractIterator;
import dev.millrace.feature.FeatureHistory;
import dev.millrace.feature.Model;
import dev.millrace.feature.View;
import dev.millrace.feature.state.ProjectedEvent;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * Folds parts, which come in {@link Part#ORDER}, and answers what they ask with what was folded so far. Holds the
 * history of one group at a time.
 */
final class PartFolder extends AbstractIterator<Row> {

    private static final double[] NOTHING = {};

    private final Model model;
    private final List<View> views;
    private final Iterator<Row> parts;
    private @Nullable Folding folding;

    PartFolder(Model model, Iterator<Row> parts) {
        this.model = model;
        this.views = Projector.views(model);
        this.parts = parts;
    }

    /** One group on its way. */
    private record Folding(SortedPart first, String key, View view, FeatureHistory history) {

        Folding(SortedPart first, View view) {
            this(first, first.key(), view, new FeatureHistory(view));
        }

        /** Of a view of windows, all parts of a group have one key. */
        String key(SortedPart part) {
            return view.isSequential() ? part.key() : key;
        }
    }

    @Override
    protected @Nullable Row computeNext() {
        while (parts.hasNext()) {
            SortedPart part = new SortedPart(parts.next());
            if (part.asks() && part.binding() == Piece.UNASKED) {
                return part.answer(NOTHING).toRow();
            }
            Folding group = group(part);
            String key = group.key(part);
            ProjectedEvent event = part.event(group.view().inputs());
            if (event != null) {
                group.history().fold(key, event);
            }
            if (part.asks()) {
                long time = part.time();
                return part.answer(model.read(part.binding(), group.history().at(key, time), time))
                        .toRow();
            }
        }
        return endOfData();
    }

    private Folding group(SortedPart part) {
        Folding current = folding;
        if (current == null || !part.isOfGroup(current.first())) {
            current = new Folding(part, views.get(part.view()));
            folding = current;
        }
        return current;
    }
}
