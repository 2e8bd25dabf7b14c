package dev.millrace.ingestion.feed;

import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.generator.EventGenerator;
import dev.millrace.schema.generator.SourceEvent;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Iterator;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;

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
        return Stream.iterate(LocalDate.ofInstant(start, ZoneOffset.UTC), day -> day.plusDays(1))
                .flatMap(day -> generator.day(settings, perDay, day).stream())
                .filter(event -> !event.time().isBefore(start))
                .iterator();
    }

    /** Until {@code end}. */
    Iterator<SourceEvent> between(Instant start, Instant end) {
        LocalDate first = LocalDate.ofInstant(start, ZoneOffset.UTC);
        return first.datesUntil(LocalDate.ofInstant(end, ZoneOffset.UTC).plusDays(1))
                .flatMap(day -> generator.day(settings, perDay, day).stream())
                .filter(event -> !event.time().isBefore(start) && !event.time().isAfter(end))
                .iterator();
    }
}
