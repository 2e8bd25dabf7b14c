package dev.millrace.training.history;

import dev.millrace.lake.Position;
import dev.millrace.schema.definition.EventType;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.UUID;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/**
 * A made-up payment, a function of its number: a customer pays every other day; one payment in a hundred goes to one
 * merchant, so that one entity is far larger than all others.
 */
record MadeUp(long number, String id, long time, long customer, long merchant, BigDecimal amount, boolean isBad) {

    private static final long START = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final long KNOWN_AFTER = Duration.ofDays(7).toMillis();
    private static final int PARTITIONS = 4;

    static MadeUp of(long number, long perDay) {
        SplittableRandom random = new SplittableRandom(number);
        return new MadeUp(
                number,
                new UUID(random.nextLong(), random.nextLong()).toString(),
                START + Math.floorDiv(number * DAY, perDay),
                1 + random.nextLong(perDay / 2),
                random.nextInt(100) == 0 ? 1 : 2 + random.nextLong(perDay),
                BigDecimal.valueOf(random.nextInt(50_000), 2),
                random.nextInt(100) == 0);
    }

    /** Of what is good, a tenth is confirmed. */
    boolean isLabelled() {
        return isBad || number % 10 == 0;
    }

    double truth() {
        return isBad ? 1 : 0;
    }

    long known() {
        return time + KNOWN_AFTER;
    }

    Position position() {
        return new Position(time, "payments", (int) (customer % PARTITIONS), number);
    }

    Position labelPosition() {
        return new Position(known(), "labels", (int) (customer % PARTITIONS), number);
    }

    GenericRecord event(EventType type) {
        GenericRecord event = new GenericData.Record(type.schema());
        event.put("transaction_id", id);
        event.put("customer_id", customer);
        event.put("merchant_id", merchant);
        event.put("amount", amount);
        event.put("timestamp", time);
        event.put("currency", "EUR");
        event.put("country", "DE");
        return event;
    }
}
