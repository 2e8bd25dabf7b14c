package dev.millrace.ingestion.feed;

import dev.millrace.schema.generator.SourceEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Events and the labels that follow them, merged by their times of arrival: as a live system would have seen them. */
final class Timeline {
    private final Iterator<SourceEvent> events;
    private final Dispatches dispatches;
    private final Duration lag;
    private final PriorityQueue<Dispatch> labels = new PriorityQueue<>(Comparator.comparing(Dispatch::arrival));
    private @Nullable Dispatch next;
    private Instant end = Instant.MIN;

    /**
     * @param events in the order of their times
     * @param lag of every event's arrival
     */
    Timeline(Iterator<SourceEvent> events, Dispatches dispatches, Duration lag) {
        this.events = events;
        this.dispatches = dispatches;
        this.lag = lag;
        advance();
    }

    private void advance() {
        if (!events.hasNext()) {
            next = null;
            return;
        }
        SourceEvent event = events.next();
        next = dispatches.event(event, lag);
        end = end.isAfter(next.arrival()) ? end : next.arrival();
        dispatches.label(event).ifPresent(labels::add);
    }

    /** Forgets so many events and the labels that were known by the last of them: they were sent before. */
    void skip(long count) {
        for (long i = 0; i < count && next != null; i++) {
            Dispatch skipped = next;
            advance();
            while (!labels.isEmpty() && !labels.element().arrival().isAfter(skipped.arrival())) {
                labels.remove();
            }
        }
    }

    /**
     * What comes next; empty when no event is left. Labels that fall due after the last event stay.
     *
     * @param width of the slice in time
     * @param most events and labels
     */
    Optional<Slice> next(Duration width, int most) {
        List<Dispatch> sliceEvents = new ArrayList<>();
        List<Dispatch> sliceLabels = new ArrayList<>();
        Instant from = null;
        Instant to = Instant.MIN;
        while (sliceEvents.size() + sliceLabels.size() < most) {
            boolean isLabel = !labels.isEmpty()
                    && (next == null
                            ? !labels.element().arrival().isAfter(end)
                            : labels.element().arrival().isBefore(next.arrival()));
            Dispatch first = isLabel ? labels.element() : next;
            if (first == null || from != null && first.arrival().isAfter(from.plus(width))) {
                break;
            }
            from = from == null ? first.arrival() : from;
            to = to.isAfter(first.arrival()) ? to : first.arrival();
            if (isLabel) {
                sliceLabels.add(labels.remove());
            } else {
                sliceEvents.add(first);
                advance();
            }
        }
        return from == null ? Optional.empty() : Optional.of(new Slice(from, to, sliceEvents, sliceLabels));
    }

    /** The labels that have not fallen due by the last event, in order. */
    List<Dispatch> remainingLabels() {
        return labels.stream().sorted(Comparator.comparing(Dispatch::arrival)).toList();
    }
}
