package dev.millrace.ingestion.feed;

import dev.millrace.schema.generator.EventGenerator;
import dev.millrace.schema.generator.SourceEvent;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.stream.IntStream;

/** Parcels at even distances; every tenth is late. */
public final class ParcelGenerator implements EventGenerator {
    @Override
    public String useCase() {
        return "parcels";
    }

    @Override
    public List<SourceEvent> day(Map<String, Object> settings, int perDay, LocalDate day) {
        Duration distance = Duration.ofDays(1).dividedBy(perDay);
        Instant midnight = day.atStartOfDay(ZoneOffset.UTC).toInstant();
        return IntStream.range(0, perDay)
                .mapToObj(i -> parcel(i, midnight.plus(distance.multipliedBy(i))))
                .toList();
    }

    static SourceEvent parcel(int number, Instant at) {
        return new SourceEvent(
                "parcels",
                at,
                Map.of(
                        "id",
                        new UUID(at.getEpochSecond(), at.getNano()).toString(),
                        "sender",
                        1L + number % 13,
                        "depot",
                        "d" + number % 7,
                        "weight",
                        new BigDecimal("1.50"),
                        "at",
                        at.toString()),
                OptionalDouble.of(number % 10 == 0 ? 1 : 0));
    }
}
