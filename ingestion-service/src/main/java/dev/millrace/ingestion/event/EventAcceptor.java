package dev.millrace.ingestion.event;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.EventJson;
import dev.millrace.schema.event.InvalidEventException;
import dev.millrace.schema.event.PersonalData;
import dev.millrace.schema.event.RecordCodec;
import dev.millrace.schema.event.Storable;
import dev.millrace.schema.event.Topics;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.generic.GenericRecord;

/** Checks, masks and encodes events of every type of the use case, and labels. Thread-safe. */
public final class EventAcceptor {
    private final Map<String, Acceptor> byType = new HashMap<>();

    public EventAcceptor(UseCase useCase, PersonalData personal) {
        for (EventType type : useCase.events().values()) {
            byType.put(type.name(), new Events(type, personal));
        }
        byType.put(Topics.LABELS, new LabelAcceptor(useCase, personal));
    }

    /** The types that are taken, {@code labels} among them. */
    public List<String> types() {
        return byType.keySet().stream().sorted().toList();
    }

    public boolean knows(String type) {
        return byType.containsKey(type);
    }

    /**
     * @param json of one event, read with exact decimals
     * @throws InvalidEventException names every field that is wrong
     */
    public Outgoing accept(String type, JsonNode json, Arrival arrival) {
        Acceptor acceptor = byType.get(type);
        if (acceptor == null) {
            throw new InvalidEventException(
                    "event_type", "unknown-event-type", "There is no event type '" + type + "'; there are " + types());
        }
        return acceptor.accept(json, arrival);
    }

    /** One kind of event. */
    interface Acceptor {
        Outgoing accept(JsonNode json, Arrival arrival);
    }

    /** @throws InvalidEventException when the event lies too far ahead of its arrival */
    static long arrivalTime(String timeField, long eventTime, Arrival arrival) {
        long arrived = arrival.of(eventTime);
        if (eventTime > arrived + Arrival.GREATEST_LEAD) {
            throw new InvalidEventException(
                    timeField,
                    "too-early",
                    "'" + timeField + "': expected a time of at most 5 minutes after the event's arrival at "
                            + Instant.ofEpochMilli(arrived) + ", found " + Instant.ofEpochMilli(eventTime)
                            + "; set the sender's clock");
        }
        if (!Storable.isMoment(arrived)) {
            throw new InvalidEventException(
                    timeField,
                    "out-of-range",
                    "'" + timeField
                            + "': expected an arrival in the years %d to %d, found %s; state another lag"
                                    .formatted(Storable.FIRST_YEAR, Storable.LAST_YEAR, Instant.ofEpochMilli(arrived)));
        }
        return arrived;
    }

    private static final class Events implements Acceptor {
        private final EventType type;
        private final EventJson reader;
        private final PersonalData personal;
        private final ThreadLocal<RecordCodec> codecs;

        private Events(EventType type, PersonalData personal) {
            this.type = type;
            this.reader = new EventJson(type);
            this.personal = personal;
            this.codecs = ThreadLocal.withInitial(() -> new RecordCodec(type.schema()));
        }

        @Override
        public Outgoing accept(JsonNode json, Arrival arrival) {
            GenericRecord event = reader.read(json);
            long arrived = arrivalTime(type.timeField(), type.time(event), arrival);
            personal.mask(type, event);
            return new Outgoing(
                    type.topic(),
                    type.key(event),
                    arrived,
                    arrival.isStated(),
                    codecs.get().encode(event));
        }
    }

    /** Every topic that accepted events go to. */
    public static List<String> topics(UseCase useCase) {
        return Stream.concat(useCase.events().values().stream().map(EventType::topic), Stream.of(Topics.LABELS))
                .distinct()
                .sorted()
                .toList();
    }
}
