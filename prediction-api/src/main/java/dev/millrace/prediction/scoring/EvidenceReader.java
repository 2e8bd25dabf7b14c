package dev.millrace.prediction.scoring;

import dev.millrace.feature.Model;
import dev.millrace.feature.OutOfRangeException;
import dev.millrace.feature.SourceRecord;
import dev.millrace.feature.View;
import dev.millrace.feature.expression.CompiledExpression.Values;
import dev.millrace.feature.online.OnlineRecord;
import dev.millrace.feature.state.Block;
import dev.millrace.prediction.features.OnlineFeatures;
import dev.millrace.prediction.features.Reading;
import dev.millrace.prediction.features.StoreUnavailableException;
import dev.millrace.prediction.model.CompiledModel;
import dev.millrace.prediction.model.ServedModel;
import dev.millrace.prediction.web.RequestException;
import dev.millrace.schema.definition.Source;
import dev.millrace.schema.event.InvalidEventException.Violation;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Makes what a score is computed from: stored features with the event in them or, while the store is away, what the package says to use then. */
final class EvidenceReader {

    static final String UNAVAILABLE = "features-unavailable";
    static final String LATE = "features-late";
    static final String NOT_COMPLETE = "not-complete";
    static final String NOT_IDENTIFIED = "event-not-identified";
    static final String READ_IN_PAST = "read-in-past";

    /** Rows whose features are read in one round trip. */
    private static final int TOGETHER = 250;

    /** Of the process: what is read of many rows at once takes up to ten megabytes until their vectors are made. */
    private static final Semaphore MANY = new Semaphore(4, true);

    private final OnlineFeatures features;
    private final Duration fresh;
    private final Clock clock;
    private final ScoringMetrics metrics;

    /** @param fresh how far features may lag behind the moment of asking and still be called complete */
    EvidenceReader(OnlineFeatures features, Duration fresh, Clock clock, ScoringMetrics metrics) {
        this.features = features;
        this.fresh = fresh;
        this.clock = clock;
        this.metrics = metrics;
    }

    /** @throws RequestException when the event counts in a feature that cannot take it */
    Evidence of(Serving serving, Asked asked) throws RequestException {
        long began = System.nanoTime();
        try {
            Reading reading = features.read(serving.compiled(), asked.request().fields()::get);
            return of(serving, asked, reading, began);
        } catch (StoreUnavailableException e) {
            return without(serving, asked);
        }
    }

    /** The same of many, read {@value #TOGETHER} at a time. */
    List<Tried<Evidence>> ofAll(Serving serving, List<Asked> all) {
        List<Tried<Evidence>> evidence = new ArrayList<>(all.size());
        for (int first = 0; first < all.size(); first += TOGETHER) {
            List<Asked> some = all.subList(first, Math.min(all.size(), first + TOGETHER));
            MANY.acquireUninterruptibly();
            try {
                addAll(evidence, serving, some);
            } finally {
                MANY.release();
            }
        }
        return evidence;
    }

    private void addAll(List<Tried<Evidence>> evidence, Serving serving, List<Asked> all) {
        long began = System.nanoTime();
        try {
            List<Values> rows = new ArrayList<>(all.size());
            all.forEach(asked -> rows.add(asked.request().fields()::get));
            List<Reading> readings = features.read(serving.compiled(), rows);
            for (int i = 0; i < all.size(); i++) {
                Asked asked = all.get(i);
                Reading reading = readings.get(i);
                evidence.add(Tried.of(() -> of(serving, asked, reading, began)));
            }
        } catch (StoreUnavailableException e) {
            all.forEach(asked -> evidence.add(new Tried.Done<>(without(serving, asked))));
        }
    }

    private Evidence of(Serving serving, Asked asked, Reading reading, long began) throws RequestException {
        ScoringRequest request = asked.request();
        Model model = serving.compiled().model();
        Long time = request.time();
        long at = time == null ? reading.progress().clock(clock.millis()) : time;
        Values row = request.row(serving.compiled().rows().timeField(), at);
        List<String> reasons = new ArrayList<>();
        if (time == null || request.id() == null && model.countsCurrent()) {
            reasons.add(NOT_IDENTIFIED);
        }
        List<@Nullable Block> blocks =
                blocks(serving.compiled(), reading, new SourceRecord(id(asked), at, 0, row), reasons);
        long computing = System.nanoTime();
        metrics.stored(computing - began);
        double[] vector = model.vector(row, blocks, at, request.replaced());
        metrics.vector(System.nanoTime() - computing);
        OptionalLong asOf = serving.freshness().asOf(reading);
        Optional<String> lack = lack(reading, asOf, at, fresh);
        lack.ifPresent(reasons::add);
        return new Evidence(vector, at, asOf, lack.isEmpty(), reasons, read(reading));
    }

    /**
     * Why what was read is not complete; nothing when it is.
     *
     * @param asOf every event that had arrived by then is in it, epoch milliseconds
     * @param at the moment at which features were read, epoch milliseconds
     * @param fresh how far they may lag behind it
     */
    static Optional<String> lack(Reading reading, OptionalLong asOf, long at, Duration fresh) {
        if (asOf.isEmpty() || reading.lacksEvents()) {
            return Optional.of(NOT_COMPLETE);
        }
        return asOf.getAsLong() < at - fresh.toMillis() ? Optional.of(LATE) : Optional.empty();
    }

    /** While the store is away: what the request says, and else what the version's package says to use then. */
    Evidence without(Serving serving, Asked asked) {
        ScoringRequest request = asked.request();
        Model model = serving.compiled().model();
        long at = request.time() == null ? clock.millis() : request.time();
        ServedModel served = serving.served();
        List<Double> defaults = served == null
                ? model.features().stream().map(name -> Double.NaN).toList()
                : served.model().manifest().defaults();
        double[] vector = model.vectorWithoutStore(
                request.row(serving.compiled().rows().timeField(), at), at, request.replaced(), defaults);
        return new Evidence(vector, at, OptionalLong.empty(), false, List.of(UNAVAILABLE), List.of());
    }

    /** An event that lacks its time cannot be found again by its id. */
    private static String id(Asked asked) {
        ScoringRequest request = asked.request();
        return request.id() == null || request.time() == null ? asked.requestId() : request.id();
    }

    /** The blocks read, each with the event being scored where its type feeds it. */
    private static List<@Nullable Block> blocks(
            CompiledModel compiled, Reading reading, SourceRecord event, List<String> reasons) throws RequestException {
        Model model = compiled.model();
        Source source = new Source.Events(compiled.rows().name());
        List<@Nullable Block> blocks = new ArrayList<>();
        boolean past = false;
        for (Reading.Bound bound : reading.records()) {
            OnlineRecord found = bound.record();
            Block block = found == null ? null : found.block();
            View view = bound.binding().view();
            if (block != null) {
                past |= !view.answers(block, event.time());
                // A row may read an entity that its own event does not feed: the other team's, say.
                if (model.countsCurrent()
                        && !view.isSequential()
                        && view.source().equals(source)) {
                    for (View.Fed fed : feed(view, event)) {
                        if (fed.key().equals(bound.entity())) {
                            block.fold(fed.event());
                        }
                    }
                }
            }
            blocks.add(block);
        }
        if (past) {
            reasons.add(READ_IN_PAST);
        }
        return blocks;
    }

    /** As the stream does, which puts such an event into no view but among the dead letters. */
    private static List<View.Fed> feed(View view, SourceRecord event) throws RequestException {
        try {
            return view.feed(event);
        } catch (OutOfRangeException e) {
            throw RequestException.invalid(List.of(new Violation(
                    "", "out-of-range", "the view '%s' cannot count this: %s".formatted(view.name(), e.getMessage()))));
        }
    }

    private static List<Evidence.Read> read(Reading reading) {
        List<Evidence.Read> read = new ArrayList<>();
        for (Reading.Bound bound : reading.records()) {
            if (bound.entity() != null && bound.record() != null) {
                read.add(new Evidence.Read(
                        bound.binding().name(), bound.entity(), bound.record().offsets()));
            }
        }
        return read;
    }
}
