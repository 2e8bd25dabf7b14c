package dev.millrace.prediction.features;

import dev.millrace.feature.View;
import dev.millrace.feature.online.OnlineKeys;
import dev.millrace.feature.online.Progress;
import dev.millrace.feature.state.CorruptBlockException;
import dev.millrace.prediction.model.CompiledModel;
import dev.millrace.prediction.model.KeptViews;
import java.util.List;

/** What the stream keeps, as it tells in Redis. */
public final class StreamViews implements KeptViews {

    private final OnlineStore store;

    public StreamViews(OnlineStore store) {
        this.store = store;
    }

    @Override
    public List<View> missing(CompiledModel model) {
        try {
            byte[] key = OnlineKeys.progress(model.useCase().name());
            Progress progress = Progress.fromFields(
                    store.patientReads().of(List.of(key)).getFirst().entrySet());
            return model.views().stream().filter(view -> !progress.keeps(view)).toList();
        } catch (StoreUnavailableException | CorruptBlockException e) {
            return List.of();
        }
    }
}
