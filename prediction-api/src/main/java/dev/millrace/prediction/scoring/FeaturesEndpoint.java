package dev.millrace.prediction.scoring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.feature.Model;
import dev.millrace.feature.View;
import dev.millrace.feature.state.Block;
import dev.millrace.prediction.features.Freshness;
import dev.millrace.prediction.features.OnlineFeatures;
import dev.millrace.prediction.features.Reading;
import dev.millrace.prediction.features.StoreUnavailableException;
import dev.millrace.prediction.history.EventHistory;
import dev.millrace.prediction.history.HistoryUnavailableException;
import dev.millrace.prediction.model.CompiledModel;
import dev.millrace.prediction.model.FollowedModels;
import dev.millrace.prediction.model.ServedModel;
import dev.millrace.prediction.usecase.ServedUseCase;
import dev.millrace.prediction.usecase.ServedUseCases;
import dev.millrace.prediction.web.Json;
import dev.millrace.prediction.web.RequestException;
import dev.millrace.prediction.web.Unavailable;
import dev.millrace.schema.definition.AvroTypes;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.event.EventJson;
import dev.millrace.schema.event.InvalidEventException;
import dev.millrace.schema.event.InvalidEventException.Violation;
import dev.millrace.schema.event.PersonalData;
import dev.millrace.schema.event.Storable;
import dev.millrace.schema.event.UnknownFields;
import dev.millrace.web.RequestContext;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import javax.sql.DataSource;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/** The features of an entity as a model would see them, without any event being added. */
public final class FeaturesEndpoint {

    /** Parameters that are no field of a row. */
    private static final String AT = "at";

    private static final String MODEL = "model";

    private final ServedUseCases useCases;
    private final PersonalData personal;
    private final OnlineFeatures features;
    private final DataSource database;
    private final FollowedModels models;
    private final Duration fresh;
    private final Clock clock;

    /** @param personal masks what is asked about, as events are masked */
    public FeaturesEndpoint(
            ServedUseCases useCases,
            PersonalData personal,
            OnlineFeatures features,
            DataSource database,
            FollowedModels models,
            Duration fresh,
            Clock clock) {
        this.useCases = useCases;
        this.personal = personal;
        this.features = features;
        this.database = database;
        this.models = models;
        this.fresh = fresh;
        this.clock = clock;
    }

    public RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route()
                .GET("/v1/features/{use_case}", this::answer)
                .build();
    }

    private ServerResponse answer(ServerRequest request) {
        try {
            ServedUseCase useCase = useCase(request.pathVariable("use_case"));
            Map<String, String> parameters = request.params().toSingleValueMap();
            CompiledModel local = model(useCase, parameters.get(MODEL));
            Optional<ServedModel> served = models.served(local.name());
            // By the definitions of the version that is served, which need not be those of the folder.
            CompiledModel model = served.map(ServedModel::compiled).orElse(local);
            Map<String, @Nullable Object> answer = read(model, row(model, parameters), at(parameters.get(AT)));
            answer.put("model_version", served.map(ServedModel::version).orElse(Origin.RULE.version()));
            answer.put("request_id", RequestContext.of(request.servletRequest()).requestId());
            return Json.ok(answer);
        } catch (RequestException e) {
            return Json.problem(e);
        } catch (StoreUnavailableException e) {
            return Json.unavailable(new Unavailable(EvidenceReader.UNAVAILABLE, String.valueOf(e.getMessage())));
        } catch (HistoryUnavailableException e) {
            return Json.unavailable(new Unavailable("history-unavailable", String.valueOf(e.getMessage())));
        }
    }

    private ServedUseCase useCase(String wanted) throws RequestException {
        return useCases.named(wanted)
                .orElseThrow(() -> RequestException.unknown(
                        "unknown-use-case",
                        "this service serves the use case%s '%s'"
                                .formatted(
                                        useCases.names().size() == 1 ? "" : "s",
                                        String.join("', '", useCases.names()))));
    }

    private static CompiledModel model(ServedUseCase useCase, @Nullable String wanted) throws RequestException {
        List<CompiledModel> models = useCase.models();
        if (wanted == null && models.size() == 1) {
            return models.getFirst();
        }
        return models.stream()
                .filter(model -> model.name().equals(wanted))
                .findFirst()
                .orElseThrow(() -> RequestException.invalid(List.of(new Violation(
                        MODEL,
                        wanted == null ? "missing-field" : "out-of-range",
                        "'model' is one of "
                                + models.stream().map(CompiledModel::name).toList()))));
    }

    private static @Nullable Long at(@Nullable String text) throws RequestException {
        if (text == null) {
            return null;
        }
        try {
            return Storable.moment(text);
        } catch (DateTimeException e) {
            throw RequestException.invalid(List.of(
                    new Violation(AT, "bad-timestamp", "'at': " + Storable.EXPECTED_MOMENT + ", found " + text)));
        }
    }

    /** The row's fields that the parameters give; those that name an entity must be there. */
    private Map<String, Object> row(CompiledModel compiled, Map<String, String> parameters) throws RequestException {
        EventType type = compiled.rows();
        EventJson reader = new EventJson(type);
        Map<String, Object> row = new HashMap<>();
        List<Violation> violations = new ArrayList<>();
        UnknownFields unknown = new UnknownFields("'" + type.name() + "'", type::fieldNames);
        parameters.forEach((name, text) -> {
            Schema.Field field = type.schema().getField(name);
            if (name.equals(AT) || name.equals(MODEL)) {
                return;
            }
            if (field == null) {
                unknown.add(name);
                return;
            }
            try {
                Object value = personal.masked(type, name, reader.value(name, json(field.schema(), text)));
                if (value != null) {
                    row.put(name, value);
                }
            } catch (InvalidEventException e) {
                violations.addAll(e.violations());
            }
        });
        compiled.model().bindings().stream()
                .flatMap(binding -> binding.key().stream())
                .distinct()
                .filter(field -> !parameters.containsKey(field))
                .forEach(field -> violations.add(new Violation(field, "missing-field", "'" + field + "' is missing")));
        violations.addAll(unknown.violations());
        if (!violations.isEmpty()) {
            throw RequestException.invalid(violations);
        }
        return row;
    }

    /** A parameter as JSON would have it. */
    private static JsonNode json(Schema nullable, String text) {
        Schema schema = AvroTypes.nonNull(nullable);
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return switch (schema.getType()) {
            case BOOLEAN ->
                text.equals("true") || text.equals("false")
                        ? nodes.booleanNode(Boolean.parseBoolean(text))
                        : nodes.textNode(text);
            case LONG ->
                schema.getLogicalType() instanceof LogicalTypes.TimestampMillis ? nodes.textNode(text) : number(text);
            case INT, DOUBLE, FLOAT, BYTES, FIXED -> number(text);
            case STRING, ENUM, RECORD, ARRAY, MAP, UNION, NULL -> nodes.textNode(text);
        };
    }

    private static JsonNode number(String text) {
        try {
            return JsonNodeFactory.instance.numberNode(new BigDecimal(text));
        } catch (NumberFormatException e) {
            return JsonNodeFactory.instance.textNode(text);
        }
    }

    private Map<String, @Nullable Object> read(CompiledModel compiled, Map<String, Object> row, @Nullable Long asked)
            throws StoreUnavailableException, HistoryUnavailableException {
        Model model = compiled.model();
        EventHistory history = new EventHistory(database, compiled.useCase());
        Reading reading = features.readPatiently(compiled, row::get);
        long at = asked == null ? reading.progress().clock(clock.millis()) : asked;
        EventType type = compiled.rows();
        Map<String, Object> timed = new HashMap<>(row);
        timed.putIfAbsent(type.timeField(), at);
        List<@Nullable Block> blocks = new ArrayList<>();
        boolean past = false;
        for (Reading.Bound bound : reading.records()) {
            Block block = bound.record() == null ? null : bound.record().block();
            if (asked != null
                    && bound.entity() != null
                    && isPast(bound.binding().view(), block, at)) {
                past = true;
                block = history.at(bound.binding().view(), bound.entity(), at);
            }
            blocks.add(block);
        }
        double[] vector = model.vector(timed::get, blocks, at, Map.of());
        Map<String, @Nullable Double> values = new LinkedHashMap<>();
        for (int i = 0; i < vector.length; i++) {
            values.put(model.features().get(i), Double.isNaN(vector[i]) ? null : (Double) vector[i]);
        }
        Map<String, List<String>> windows = new LinkedHashMap<>();
        Map<String, long[]> bounds = model.windows(at);
        model.features().forEach(name -> {
            long[] window = bounds.get(name);
            // One without a beginning is none.
            if (window != null && Storable.isMoment(window[0])) {
                windows.put(name, List.of(text(window[0]), text(window[1])));
            }
        });
        OptionalLong asOf = new Freshness(compiled.useCase()).asOf(reading);
        Optional<String> lack = EvidenceReader.lack(reading, asOf, at, fresh);
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put(MODEL, model.name());
        json.put(AT, text(at));
        json.put("features", values);
        json.put("as_of", asOf.isPresent() ? text(asOf.getAsLong()) : null);
        json.put("complete", lack.isEmpty());
        json.put("reasons", lack.stream().toList());
        json.put("source", past ? "history" : "online");
        json.put("windows", windows);
        return json;
    }

    /** Whether the online record cannot answer: it is of later, or was forgotten once no window of today reached it. */
    private boolean isPast(View view, @Nullable Block online, long at) {
        return online == null || online.newest() == Block.NONE
                ? at < clock.millis() - view.shape().horizon()
                : !view.answers(online, at);
    }

    private static String text(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }
}
