package dev.millrace.bench.serving;

import dev.millrace.bench.OwnUseCase;
import dev.millrace.bench.RecordWriter;
import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.Model;
import dev.millrace.feature.SourceRecord;
import dev.millrace.feature.View;
import dev.millrace.feature.expression.CompiledExpression.Values;
import dev.millrace.feature.online.OnlineKeys;
import dev.millrace.feature.online.Progress;
import dev.millrace.feature.state.Block;
import dev.millrace.feature.state.ViewState;
import dev.millrace.prediction.features.OnlineFeatures;
import dev.millrace.prediction.features.OnlineStore;
import dev.millrace.prediction.features.Reading;
import dev.millrace.prediction.features.StoreUnavailableException;
import dev.millrace.prediction.model.CompiledModel;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Reads vectors of 50 features of one entity, by the prediction API's own code and from records that it writes to Redis before, at a
 * rate. To be run in a process of its own, with the prediction API's classes. Each read is measured from when it was due until its
 * vector is there: one that stalls cannot keep those behind it from being counted as late.
 *
 * <p>Arguments: the address of Redis, reads a second, seconds. Its last line is the 99th percentile in milliseconds.
 */
final class VectorReads {
    private static final OwnUseCase USE_CASE = new OwnUseCase(
            "vector", List.of("use-case.yaml", "events/readings.avsc", "features/device.yaml", "models/state.yaml"));
    private static final int FEATURES = 50;
    private static final int ENTITIES = 1_000;
    /** Of which the entities' are copies. */
    private static final int DIFFERENT = 20;

    private static final long HISTORY_MILLIS = Duration.ofDays(31).toMillis();
    private static final long INTERVAL_MILLIS = Duration.ofMinutes(10).toMillis();
    private static final int PARTITIONS = 12;
    private static final int THREADS = 8;
    private static final Duration WARM_UP = Duration.ofSeconds(30);
    private static final int WARM_UP_PER_SECOND = 10_000;
    /** Of Redis: late reads are measured, not given up. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final CompiledModel model;
    private final OnlineFeatures features;

    private VectorReads(CompiledModel model, OnlineFeatures features) {
        this.model = model;
        this.features = features;
    }

    public static void main(String[] arguments) throws Exception {
        String redis = arguments[0];
        int perSecond = Integer.parseInt(arguments[1]);
        Duration length = Duration.ofSeconds(Long.parseLong(arguments[2]));
        FeatureEngine engine = FeatureEngine.load(USE_CASE.folder().resolve(USE_CASE.name()));
        Model model = engine.models().getFirst();
        write(engine.views().getFirst(), redis);
        OnlineStore store =
                new OnlineStore(redis, PATIENCE, OnlineKeys.progress(USE_CASE.name()), new SimpleMeterRegistry());
        store.start();
        try {
            VectorReads reads = new VectorReads(new CompiledModel(engine.useCase(), model), new OnlineFeatures(store));
            var unused = reads.run(WARM_UP_PER_SECOND, WARM_UP);
            Histogram nanos = reads.run(perSecond, length);
            System.out.println(nanos.getValueAtPercentile(99) / 1e6);
        } finally {
            store.stop();
        }
    }

    /** Records whose windows are all full, and how far a stream has read. */
    private static void write(View view, String redis) {
        Random random = new Random(17);
        long now = System.currentTimeMillis();
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < DIFFERENT; i++) {
            ViewState state = view.state("0");
            for (long at = now - HISTORY_MILLIS; at < now; at += INTERVAL_MILLIS) {
                Map<String, Object> reading =
                        Map.of("device", 0L, "value", BigDecimal.valueOf(random.nextInt(10_000), 2));
                view.feed(new SourceRecord("r" + at, at + random.nextLong(INTERVAL_MILLIS), 0, reading::get))
                        .forEach(fed -> state.fold(fed.event()));
            }
            blocks.add(state.block("0"));
        }
        try (RecordWriter records = new RecordWriter(redis)) {
            for (int entity = 0; entity < ENTITIES; entity++) {
                records.write(USE_CASE.name(), view, Integer.toString(entity), blocks.get(entity % DIFFERENT));
            }
            Map<Progress.Key, Progress.Read> read = new HashMap<>();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                read.put(new Progress.Key("readings", partition), new Progress.Read(12_345_678, now));
            }
            records.write(
                    OnlineKeys.progress(USE_CASE.name()),
                    new Progress(read, Optional.empty(), false, Map.of(view.name(), view.version())).toFields());
        }
    }

    private Histogram run(int perSecond, Duration length) throws InterruptedException, ExecutionException {
        Histogram nanos = new ConcurrentHistogram(PATIENCE.toNanos(), 3);
        double gap = 1e9 / perSecond;
        long start = System.nanoTime();
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<Void>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int first = i;
                running.add(threads.submit(() -> {
                    for (long n = first; n * gap < length.toNanos(); n += THREADS) {
                        long due = start + (long) (n * gap);
                        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                            LockSupport.parkNanos(left);
                        }
                        read(ThreadLocalRandom.current().nextLong(ENTITIES));
                        nanos.recordValue(System.nanoTime() - due);
                    }
                    return null;
                }));
            }
            for (Future<Void> each : running) {
                each.get();
            }
        }
        return nanos;
    }

    private void read(long entity) throws StoreUnavailableException {
        Values row = name -> name.equals("device") ? (Object) entity : null;
        Reading reading = features.read(model, row);
        List<@Nullable Block> blocks = new ArrayList<>();
        for (Reading.Bound bound : reading.records()) {
            blocks.add(bound.record() == null ? null : bound.record().block());
        }
        double[] vector =
                model.model().vector(row, blocks, reading.progress().clock(System.currentTimeMillis()), Map.of());
        if (vector.length != FEATURES || reading.lacksEvents() || Double.isNaN(vector[FEATURES - 1])) {
            throw new IllegalStateException(
                    "Expected " + FEATURES + " features of what was written, found " + Arrays.toString(vector));
        }
    }
}
