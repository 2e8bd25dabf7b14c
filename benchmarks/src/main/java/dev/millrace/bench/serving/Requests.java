package dev.millrace.bench.serving;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.home.Folders;
import dev.millrace.local.load.HttpCall;
import dev.millrace.local.up.Modules;
import dev.millrace.prediction.scoring.BatchServlet;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.ModelDefinition;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.loader.UseCaseLoader;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.IntFunction;

/** What is asked: a use case's example, with entities that go through what the history has. */
final class Requests {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PREPARED = 10_000;
    private static final int ENTITIES = 1_000;

    private final UseCase definitions;
    private final JsonNode example;

    Requests(String useCase) throws IOException {
        Modules modules = new Modules(Folders.standard());
        this.definitions = UseCaseLoader.load(modules.useCasesFolder(), useCase);
        this.example =
                JSON.readTree(modules.useCase(useCase).resolve("example.json").toFile());
    }

    /** Made beforehand, as who asks has only so much of the machine. */
    IntFunction<HttpCall> predictions(URI service) {
        URI url = service.resolve(path());
        Random random = new Random(11);
        List<HttpCall> made = new ArrayList<>();
        for (int i = 0; i < PREPARED; i++) {
            made.add(HttpCall.post(
                    url, MeasuredService.HEADERS, prediction(random).toString()));
        }
        return i -> made.get(i % PREPARED);
    }

    /** Of as many rows as may be asked at once. */
    IntFunction<HttpCall> batches(URI service) {
        String model = definitions.models().stream()
                .filter(each -> each.serve()
                        .filter(serve -> serve.path().equals(path()))
                        .isPresent())
                .map(ModelDefinition::name)
                .findFirst()
                .orElseThrow();
        ObjectNode body = JSON.createObjectNode();
        ArrayNode rows = body.putArray("rows");
        Random random = new Random(13);
        for (int i = 0; i < BatchServlet.MOST_ROWS; i++) {
            rows.add(prediction(random));
        }
        HttpCall call = HttpCall.post(
                service.resolve("/v1/models/" + model + "/predict:batch"), MeasuredService.HEADERS, body.toString());
        return i -> call;
    }

    /** Events of now. */
    IntFunction<HttpCall> events(URI ingestion, int each) {
        EventType type = definitions.event(example.at("/event/type").textValue());
        URI url = ingestion.resolve("/v1/events/" + type.name());
        Random random = new Random(12);
        return i -> {
            List<ObjectNode> events = new ArrayList<>();
            for (int j = 0; j < each; j++) {
                events.add(event(type, random));
            }
            return HttpCall.post(url, Map.of(), events.toString());
        };
    }

    private String path() {
        return example.path("path").textValue();
    }

    private ObjectNode prediction(Random random) {
        return ofSomeEntity(example.path("body"), random);
    }

    private ObjectNode event(EventType type, Random random) {
        return ofSomeEntity(example.at("/event/fields"), random)
                .put(type.idField(), new UUID(random.nextLong(), random.nextLong()).toString())
                .put(type.timeField(), Instant.now().toString());
    }

    private ObjectNode ofSomeEntity(JsonNode fields, Random random) {
        ObjectNode copy = fields.deepCopy();
        return copy.put(example.at("/event/entity").textValue(), 1 + random.nextInt(ENTITIES));
    }
}
