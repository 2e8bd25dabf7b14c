package dev.millrace.ingestion.feed;

import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.generator.EventGenerator;
import dev.millrace.schema.generator.SourceEvent;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** The events that a use case's own generator makes. */
final class Generated {
    private final EventGenerator generator;
    private final Map<String, Object> settings;
    private final int perDay;

    private Generated(EventGenerator generator, Map<String, Object> settings, int perDay) {
        this.generator = generator;
        this.settings = settings;
        this.perDay = perDay;
    }

    /** @throws FeedException when the use case has none */
    static Generated of(UseCase useCase, Map<String, Object> settings, int perDay) {
        EventGenerator generator = ServiceLoader.load(EventGenerator.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(found -> found.useCase().equals(useCase.name()))
                .findFirst()
                .orElseThrow(() -> new FeedException("The use case '" + useCase.name()
                        + "' has no generator on the class path: build it with ./mvnw package, or replay a file"));
        return new Generated(generator, settings, perDay);
    }

    /** Without end; the first is at {@code start} or later. */
    Iterator<SourceEvent> from(Instant start) {
        return between(start, Instant.MAX);
    }

    /** Until {@code end}. */
    Iterator<SourceEvent> between(Instant start, Instant end) {
        return new Days(start, end);
    }

    /** Day by day: a stream's {@code flatMap} would hold all events of a day at once. */
    private final class Days implements Iterator<SourceEvent> {
        private final Instant start;
        private final Instant end;
        private LocalDate day;
        private Iterator<SourceEvent> events;
        private @Nullable SourceEvent next;

        Days(Instant start, Instant end) {
            this.start = start;
            this.end = end;
            this.day = LocalDate.ofInstant(start, ZoneOffset.UTC);
            this.events = generator.day(settings, perDay, day).iterator();
            this.next = following();
        }

        private @Nullable SourceEvent following() {
            while (true) {
                while (events.hasNext()) {
                    SourceEvent event = events.next();
                    if (event.time().isAfter(end)) {
                        return null;
                    }
                    if (!event.time().isBefore(start)) {
                        return event;
                    }
                }
                day = day.plusDays(1);
                if (day.atStartOfDay(ZoneOffset.UTC).toInstant().isAfter(end)) {
                    return null;
                }
                events = generator.day(settings, perDay, day).iterator();
            }
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public SourceEvent next() {
            SourceEvent event = next;
            if (event == null) {
                throw new NoSuchElementException("The last event was before " + end);
            }
            next = following();
            return event;
        }
    }
}
