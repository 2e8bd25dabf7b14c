package dev.millrace.prediction.features;

import dev.millrace.feature.Model;
import dev.millrace.feature.Model.Binding;
import dev.millrace.feature.expression.CompiledExpression.Values;
import dev.millrace.feature.online.OnlineKeys;
import dev.millrace.feature.online.OnlineRecord;
import dev.millrace.feature.online.Progress;
import dev.millrace.feature.state.CorruptBlockException;
import dev.millrace.prediction.model.CompiledModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads everything that a vector needs. */
public final class OnlineFeatures {

    private final OnlineStore store;

    public OnlineFeatures(OnlineStore store) {
        this.store = store;
    }

    /**
     * Everything that the model reads for a row, in one round trip.
     *
     * @throws StoreUnavailableException when it cannot be had, or is of other definitions than the model
     */
    public Reading read(CompiledModel model, Values row) throws StoreUnavailableException {
        return read(model, row, store::read);
    }

    /** The same for a caller who would rather wait than go without. */
    public Reading readPatiently(CompiledModel model, Values row) throws StoreUnavailableException {
        return read(model, row, store::readPatiently);
    }

    @FunctionalInterface
    private interface Hashes {
        List<Map<byte[], byte[]>> of(List<byte[]> keys) throws StoreUnavailableException;
    }

    private Reading read(CompiledModel compiled, Values row, Hashes source) throws StoreUnavailableException {
        Model model = compiled.model();
        String useCase = compiled.useCase().name();
        List<byte[]> keys = new ArrayList<>();
        List<@Nullable String> entities = new ArrayList<>();
        keys.add(OnlineKeys.progress(useCase));
        for (Binding binding : model.bindings()) {
            String entity = binding.entity(row).orElse(null);
            entities.add(entity);
            if (entity != null) {
                keys.add(OnlineKeys.entity(useCase, binding.view(), entity));
            }
        }
        List<Map<byte[], byte[]>> hashes = source.of(keys);
        try {
            List<Reading.Bound> records = new ArrayList<>();
            int next = 1;
            for (int i = 0; i < entities.size(); i++) {
                Binding binding = model.bindings().get(i);
                String entity = entities.get(i);
                records.add(new Reading.Bound(
                        binding,
                        entity,
                        entity == null
                                ? null
                                : OnlineRecord.read(
                                        binding.view(), hashes.get(next++).entrySet())));
            }
            return new Reading(Progress.fromFields(hashes.getFirst().entrySet()), records);
        } catch (CorruptBlockException e) {
            throw new StoreUnavailableException("Redis holds what is no record of a view: " + e.getMessage(), e);
        }
    }
}
