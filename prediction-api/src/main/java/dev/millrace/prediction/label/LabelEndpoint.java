package dev.millrace.prediction.label;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.millrace.prediction.history.EventLookup;
import dev.millrace.prediction.history.HistoryUnavailableException;
import dev.millrace.prediction.usecase.ServedUseCases;
import dev.millrace.prediction.web.Json;
import dev.millrace.prediction.web.RequestException;
import dev.millrace.prediction.web.Unavailable;
import dev.millrace.schema.avro.Label;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.event.InvalidEventException.Violation;
import dev.millrace.schema.event.LabelJson;
import dev.millrace.schema.event.PersonalData;
import dev.millrace.web.RequestContext;
import dev.millrace.web.security.Caller;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/** {@code POST /v1/labels}: what turned out to be true of an event that the stream has written. */
public final class LabelEndpoint {

    /** Bytes of a body at most. */
    private static final int LARGEST_BODY = 1 << 16;

    private final SortedMap<String, LabelledType> labelled;
    private final PersonalData personal;
    private final EventLookup events;
    private final LabelLog log;
    private final Clock clock;

    /**
     * The last revision of what was sent a moment ago, which the stream may not have written yet: the newest truth must count.
     * Truths that two instances of this service take within that moment may get the same revision; then the first counts.
     */
    private final Cache<Event, Long> sent = Caffeine.newBuilder()
            .maximumSize(10_000)
            .expireAfterWrite(Duration.ofMinutes(10))
            .build();

    /** @param personal masks ids as those of events are masked */
    public LabelEndpoint(
            ServedUseCases useCases, PersonalData personal, EventLookup events, LabelLog log, Clock clock) {
        this.personal = personal;
        this.labelled = LabelledType.of(useCases);
        this.events = events;
        this.log = log;
        this.clock = clock;
    }

    private record Event(String type, String id) {}

    public RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route().POST("/v1/labels", this::answer).build();
    }

    private ServerResponse answer(ServerRequest request) throws IOException, InterruptedException {
        try {
            byte[] body = request.servletRequest().getInputStream().readNBytes(LARGEST_BODY + 1);
            if (body.length > LARGEST_BODY) {
                throw RequestException.tooLarge(LARGEST_BODY);
            }
            Caller caller = Caller.of(request.servletRequest());
            LabelRequest asked = LabelRequest.read(body, LabelledType.seenBy(caller, labelled))
                    .masked(personal);
            Label label = label(asked, found(asked));
            log.send(label, clock.millis(), RequestContext.of(request.servletRequest()));
            sent.asMap().merge(new Event(asked.type().name(), asked.eventId()), (long) label.getRevision(), Math::max);
            return accepted(label);
        } catch (RequestException e) {
            return Json.problem(e);
        } catch (HistoryUnavailableException e) {
            return Json.unavailable(new Unavailable("history-unavailable", String.valueOf(e.getMessage())));
        } catch (LabelsUnavailableException e) {
            return Json.unavailable(new Unavailable("labels-unavailable", String.valueOf(e.getMessage())));
        }
    }

    private EventLookup.Found found(LabelRequest asked) throws RequestException, HistoryUnavailableException {
        List<EventLookup.Found> found = events.find(asked.type(), asked.eventId());
        if (found.isEmpty()) {
            throw RequestException.unknown(
                    "unknown-event",
                    "expected the id of an event of '%s' that the stream has written, but came '%s'"
                            .formatted(asked.type().name(), shown(asked)));
        }
        if (found.size() > 1) {
            throw RequestException.invalid(List.of(new Violation(
                    LabelRequest.EVENT_ID,
                    "ambiguous",
                    "'event_id': expected an id of one event, but events of different times have it: send the whole"
                            + " label to ingestion-service, POST /v1/events/labels")));
        }
        return found.getFirst();
    }

    /** A personal datum is not repeated. */
    private static String shown(LabelRequest asked) {
        EventType type = asked.type();
        return type.rule(type.idField()).personal().isPresent() ? "one that is not shown" : asked.eventId();
    }

    private Label label(LabelRequest asked, EventLookup.Found found) throws RequestException {
        int revision = revision(asked, found);
        return asked.of()
                .factory()
                .label(found.event(), asked.value(), asked.knownAt().orElse(clock.millis()), revision);
    }

    private int revision(LabelRequest asked, EventLookup.Found found) throws RequestException {
        if (asked.revision().isPresent()) {
            // Others come after it once Kafka has it.
            return asked.revision().getAsInt();
        }
        Event event = new Event(asked.type().name(), asked.eventId());
        long revision = sent.asMap().merge(event, found.nextRevision(), (last, next) -> Math.max(last + 1, next));
        if (revision > LabelJson.GREATEST_REVISION) {
            throw RequestException.conflict(
                    "last-revision",
                    "expected a truth whose revision can follow the last of this event, but that is %d, the greatest: no other can count"
                            .formatted(LabelJson.GREATEST_REVISION));
        }
        return Math.toIntExact(revision);
    }

    private static ServerResponse accepted(Label label) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put(LabelRequest.EVENT_TYPE, label.getEventType());
        answer.put(LabelRequest.EVENT_ID, label.getEventId());
        answer.put(LabelRequest.VALUE, label.getValue());
        answer.put(LabelRequest.KNOWN_AT, label.getKnownAt().toString());
        answer.put(LabelRequest.REVISION, label.getRevision());
        return ServerResponse.status(HttpStatus.ACCEPTED)
                .contentType(MediaType.APPLICATION_JSON)
                .body(Json.bytes(answer));
    }
}
