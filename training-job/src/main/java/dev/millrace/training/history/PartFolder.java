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

    private final Model model;
    private final List<View> views;
    private final Iterator<Row> parts;
    private int view = -1;
    private String group = "";
    private @Nullable FeatureHistory history;

    PartFolder(Model model, Iterator<Row> parts) {
        this.model = model;
        this.views = Projector.views(model);
        this.parts = parts;
    }

    @Override
    protected @Nullable Row computeNext() {
        while (parts.hasNext()) {
            Part part = Part.of(parts.next());
            FeatureHistory folded = history(part);
            byte[] event = part.event();
            if (event != null) {
                folded.fold(
                        part.key(),
                        ProjectedEvent.fromBytes(event, views.get(part.view()).inputs()));
            }
            Part.Question question = part.question();
            if (question != null) {
                double[] values =
                        model.read(question.binding(), folded.at(part.key(), question.time()), question.time());
                return Piece.answer(question, part.position(), values).toRow();
            }
        }
        return endOfData();
    }

    private FeatureHistory history(Part part) {
        FeatureHistory current = history;
        if (current == null || part.view() != view || !part.group().equals(group)) {
            current = new FeatureHistory(views.get(part.view()));
            history = current;
            view = part.view();
            group = part.group();
        }
        return current;
    }
}
