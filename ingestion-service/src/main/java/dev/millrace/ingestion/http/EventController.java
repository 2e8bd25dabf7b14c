package dev.millrace.ingestion.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.ingestion.event.Arrival;
import dev.millrace.ingestion.event.EventAcceptor;
import dev.millrace.ingestion.event.Origin;
import dev.millrace.ingestion.event.Outgoing;
import dev.millrace.ingestion.http.EventAnswer.Refused;
import dev.millrace.ingestion.kafka.EventSender;
import dev.millrace.schema.event.ExactJson;
import dev.millrace.schema.event.InvalidEventException;
import dev.millrace.schema.event.UnreadableJson;
import dev.millrace.web.RequestContext;
import dev.millrace.web.security.Caller;
import dev.millrace.web.security.Role;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/** {@code POST /v1/events/{type}}: one event or a list. What is accepted lies in Kafka when the answer goes out. */
@RestController
class EventController {
    /** Bytes of a body at most. */
    static final int GREATEST_BODY = 1 << 20;

    static final int GREATEST_BATCH = 1_000;
    /** States that the events are replayed: each arrived at its own time plus this ISO 8601 duration. */
    static final String ARRIVAL_LAG = "Arrival-Lag";

    private final EventAcceptor acceptor;
    private final EventSender sender;
    private final ObjectMapper mapper;
    private final MeterRegistry meters;
    private final Clock clock;

    EventController(
            EventAcceptor acceptor, EventSender sender, ObjectMapper mapper, MeterRegistry meters, Clock clock) {
        this.acceptor = acceptor;
        this.sender = sender;
        this.mapper = mapper;
        this.meters = meters;
        this.clock = clock;
    }

    @PostMapping(path = "/v1/events/{type}", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<EventAnswer> take(
            @PathVariable String type,
            @RequestHeader(name = ARRIVAL_LAG, required = false) @Nullable String lag,
            HttpServletRequest request)
            throws IOException {
        if (!acceptor.knows(type)) {
            throw new Problem(
                    HttpStatus.NOT_FOUND,
                    "unknown-event-type",
                    "There is no event type '" + type + "'; there are " + acceptor.types(),
                    "type");
        }
        Arrival arrival = arrival(lag, Caller.of(request));
        Origin origin = origin(RequestContext.of(request));
        List<JsonNode> events = events(body(request));
        List<Outgoing> accepted = new ArrayList<>(events.size());
        List<Refused> refused = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            try {
                accepted.add(acceptor.accept(type, events.get(i), arrival).from(origin));
            } catch (InvalidEventException e) {
                refused.addAll(Refused.of(i, e));
            }
        }
        sender.send(accepted);
        count(type, "accepted", accepted.size());
        count(type, "refused", events.size() - accepted.size());
        EventAnswer answer = new EventAnswer(accepted.size(), events.size() - accepted.size(), refused);
        if (accepted.isEmpty() && !refused.isEmpty()) {
            throw new RefusedEvents(answer);
        }
        return ResponseEntity.accepted().body(answer);
    }

    private void count(String type, String status, int events) {
        if (events > 0) {
            meters.counter("events_ingested_total", "source", "http", "type", type, "status", status)
                    .increment(events);
        }
    }

    private static Origin origin(RequestContext context) {
        return new Origin(context.requestId(), context.traceParent());
    }

    private Arrival arrival(@Nullable String lag, Caller caller) {
        if (lag == null) {
            return new Arrival.Now(clock);
        }
        if (!caller.may(Role.OPERATOR)) {
            throw new Problem(
                    HttpStatus.FORBIDDEN,
                    "operator-only",
                    "Only an operator may state arrival times; leave out the header " + ARRIVAL_LAG,
                    ARRIVAL_LAG);
        }
        try {
            return new Arrival.Stated(Duration.parse(lag));
        } catch (DateTimeParseException | IllegalArgumentException e) {
            throw new Problem(
                    HttpStatus.BAD_REQUEST,
                    "bad-arrival-lag",
                    "The header " + ARRIVAL_LAG + " is an ISO 8601 duration such as PT0S or P7D, of at most "
                            + Arrival.GREATEST_LAG.toDays() + " days; found '" + lag + "'",
                    ARRIVAL_LAG);
        }
    }

    /** What is too large is not read any further. */
    private static byte[] body(HttpServletRequest request) throws IOException {
        byte[] body = request.getInputStream().readNBytes(GREATEST_BODY + 1);
        if (body.length > GREATEST_BODY) {
            throw new Problem(
                    HttpStatus.CONTENT_TOO_LARGE,
                    "too-large",
                    "A body has at most " + GREATEST_BODY + " bytes, but more came; send several",
                    "");
        }
        return body;
    }

    private List<JsonNode> events(byte[] body) {
        JsonNode json;
        try {
            json = ExactJson.read(() -> mapper.readTree(body));
        } catch (IOException e) {
            throw new Problem(
                    HttpStatus.BAD_REQUEST, "malformed-body", "Expected JSON: " + UnreadableJson.message(e), "");
        }
        if (json.isArray()) {
            if (json.isEmpty() || json.size() > GREATEST_BATCH) {
                throw new Problem(
                        HttpStatus.BAD_REQUEST,
                        "batch-size",
                        "A list holds 1 to " + GREATEST_BATCH + " events, found " + json.size(),
                        "");
            }
            return StreamSupport.stream(json.spliterator(), false).toList();
        }
        if (json.isMissingNode()) {
            throw new Problem(
                    HttpStatus.BAD_REQUEST,
                    "malformed-body",
                    "Expected an event or a list of events as JSON, found nothing",
                    "");
        }
        return List.of(json);
    }
}
