package dev.millrace.prediction.features;

import dev.millrace.feature.Model.Binding;
import dev.millrace.feature.expression.CompiledExpression.Values;
import dev.millrace.feature.online.OnlineKeys;
import dev.millrace.feature.online.OnlineRecord;
import dev.millrace.feature.online.Progress;
import dev.millrace.feature.state.CorruptBlockException;
import dev.millrace.prediction.model.CompiledModel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Reads everything that a vector needs. */
public final class OnlineFeatures {

    private final OnlineStore store;
    private final OnlineRecords stored = new OnlineRecords();
    private final Map<String, LastProgress> lastProgress = new ConcurrentHashMap<>();

    public OnlineFeatures(OnlineStore store) {
        this.store = store;
    }

    /**
     * Everything that the model reads for a row: see {@link OnlineRecords}.
     *
     * @throws StoreUnavailableException when it cannot be had, or is of other definitions than the model
     */
    public Reading read(CompiledModel model, Values row) throws StoreUnavailableException {
        return read(model, List.of(row)).getFirst();
    }

    /** The same of several rows, in one round trip. */
    public List<Reading> read(CompiledModel model, List<Values> rows) throws StoreUnavailableException {
        return read(model, rows, store.reads(rows.size()));
    }

    /** The same of one row, for a caller who would rather wait than go without. */
    public Reading readPatiently(CompiledModel model, Values row) throws StoreUnavailableException {
        return read(model, List.of(row), store.patientReads()).getFirst();
    }

    private List<Reading> read(CompiledModel compiled, List<Values> rows, OnlineRecords.Hashes source)
            throws StoreUnavailableException {
        List<Binding> bindings = compiled.model().bindings();
        String useCase = compiled.useCase().name();
        List<OnlineRecords.Wanted> wanted = new ArrayList<>();
        List<@Nullable String> entities = new ArrayList<>();
        for (Values row : rows) {
            for (Binding binding : bindings) {
                String entity = binding.entity(row).orElse(null);
                entities.add(entity);
                if (entity != null) {
                    wanted.add(new OnlineRecords.Wanted(
                            OnlineKeys.entity(useCase, binding.view(), entity), binding.view()));
                }
            }
        }
        try {
            OnlineRecords.Found found = stored.read(OnlineKeys.progress(useCase), wanted, source);
            Progress progress = lastProgress
                    .computeIfAbsent(useCase, name -> new LastProgress())
                    .of(found.first());
            Iterator<OnlineRecord> next = found.records().iterator();
            List<Reading> readings = new ArrayList<>(rows.size());
            Iterator<@Nullable String> named = entities.iterator();
            for (int i = 0; i < rows.size(); i++) {
                List<Reading.Bound> records = new ArrayList<>(bindings.size());
                for (Binding binding : bindings) {
                    String entity = named.next();
                    records.add(new Reading.Bound(binding, entity, entity == null ? null : next.next()));
                }
                readings.add(new Reading(progress, records));
            }
            return readings;
        } catch (CorruptBlockException e) {
            throw new StoreUnavailableException("Redis holds what is no record of a view: " + e.getMessage(), e);
        }
    }
}
