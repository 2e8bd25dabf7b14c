package dev.millrace.prediction;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schema.avro.Label;
import dev.millrace.schema.event.Topics;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two use cases in one process, and who gets to see which. */
@Timeout(240)
class TenancyIT extends WithTwoUseCases {

    /** The operations of a document as they are called: templates with each name that the document has for them. */
    private static Set<String> calls(JsonNode document) {
        Set<String> calls = new TreeSet<>();
        for (String operation : ServedOperations.listed(document)) {
            String[] parts = operation.split(" ");
            String template = parts[1].replaceFirst(".*\\{(.*)}.*", "$1");
            if (template.equals(parts[1])) {
                calls.add(operation);
                continue;
            }
            for (JsonNode parameter :
                    document.path("paths").path(parts[1]).path(parts[0]).path("parameters")) {
                if (parameter.path("name").asText().equals(template)) {
                    parameter
                            .at("/schema/enum")
                            .forEach(name -> calls.add(operation.replace("{" + template + "}", name.asText())));
                }
            }
        }
        return calls;
    }

    /** What a caller's document lists it may call; of all else that is served it gets to see nothing. */
    @Test
    void aCallerGetsToSeeWhatItsUseCasesHave() throws Exception {
        Map<String, String[]> callers = Map.of(
                "one", new String[] {"X-API-Key", key("one")},
                "other", new String[] {"X-API-Key", key("other")},
                "both", new String[] {"X-API-Key", key("both")},
                "one's token", new String[] {"Authorization", "Bearer " + token(issuer, List.of("parcels"))},
                "other's token", new String[] {"Authorization", "Bearer " + token(issuer, List.of("letters"))},
                "all's token", new String[] {"Authorization", "Bearer " + token(issuer, List.of("*"))});
        Set<String> served = calls(answered("all", "GET", "/openapi.json", ""));
        Map<String, Set<String>> seen = new HashMap<>();
        for (Map.Entry<String, String[]> caller : callers.entrySet()) {
            JsonNode document = JSON.readTree(
                    send(service, "GET", "/openapi.json", "", caller.getValue()).body());
            Set<String> calls = calls(document);
            seen.put(caller.getKey(), calls);
            for (String call : served) {
                String[] parts = call.split(" ");
                HttpResponse<String> answer =
                        send(service, parts[0].toUpperCase(Locale.ROOT), parts[1], "{}", caller.getValue());
                if (calls.contains(call)) {
                    assertThat(answer.statusCode())
                            .as(caller.getKey() + " " + call)
                            .isNotIn(401, 403, 404, 405, 500);
                } else {
                    assertThat(answer.statusCode())
                            .as(caller.getKey() + " " + call)
                            .isEqualTo(404);
                    assertThat(code(answer)).isEqualTo("not-found");
                }
            }
        }
        Set<String> hiddenFromOne = new TreeSet<>(served);
        hiddenFromOne.removeAll(seen.get("one"));
        assertThat(hiddenFromOne)
                .containsExactly(
                        "get /v1/features/letters",
                        "get /v1/models/lost/drift",
                        "get /v2/models/lost",
                        "get /v2/models/lost/ready",
                        "post /score_letter",
                        "post /v1/models/lost/predict",
                        "post /v1/models/lost/predict:batch",
                        "post /v2/models/lost/infer");
        Set<String> hiddenFromOther = new TreeSet<>(served);
        hiddenFromOther.removeAll(seen.get("other"));
        assertThat(hiddenFromOther)
                .containsExactly(
                        "get /v1/features/parcels",
                        "get /v1/models/late/drift",
                        "get /v2/models/late",
                        "get /v2/models/late/ready",
                        "post /score",
                        "post /v1/models/late/predict",
                        "post /v1/models/late/predict:batch",
                        "post /v2/models/late/infer");
        assertThat(seen)
                .containsEntry("one's token", seen.get("one"))
                .containsEntry("other's token", seen.get("other"));
        assertThat(seen).containsEntry("both", served).containsEntry("all's token", served);
        for (String call : served) {
            String[] parts = call.split(" ");
            if (!parts[1].matches("/metrics|/health.*|/v2/health/.*")) {
                assertThat(as("none", parts[0].toUpperCase(Locale.ROOT), parts[1], "{}")
                                .statusCode())
                        .as(call)
                        .isEqualTo(404);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "one, GET, /score_letter, 404",
        "other, GET, /score_letter, 405",
        "one, GET, /v1/models/written-again/drift, 404",
        "one, GET, /v1/models/none/drift, 404",
        "one, GET, /v1/models/l%6Fst/drift, 404",
        "one, GET, /v1/features/l%65tters?sender=ann1&model=lost, 404",
        "one, GET, /v1/features/parcels?sender=ann1&depot=1&model=lost, 422",
        "all, GET, /v1/features/l%65tters?sender=ann1&model=lost, 200",
        "one, POST, /v1/models/lost/predict/, 404",
        "one, HEAD, /v2/models/lost, 404",
        "one, GET, /v2/models/none, 404",
        "one, GET, /v2/models/none/ready, 404",
        "other, GET, /v2/models/lost, 200",
    })
    void noOtherWayLeadsToAnothersUseCase(String owner, String method, String path, int status) throws Exception {
        HttpResponse<String> answer = as(owner, method, path, "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        if (owner.equals("one")) {
            assertThat(answer.body()).doesNotContain("lost", "letter");
        }
    }

    /** Of the use case that the caller sees, but nobody is to ask it. */
    @ParameterizedTest
    @ValueSource(strings = {"/v2/models/written-again", "/v2/models/written-again/ready"})
    void aModelThatIsNotServedNamesNoneOfAnother(String path) throws Exception {
        HttpResponse<String> answer = as("other", "GET", path, "");
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(JSON.readTree(answer.body()).path("detail").asText())
                .isEqualTo("'written-again' is no model that is served; there are [lost]");
    }

    @Test
    void listsNameTheModelsThatTheCallerSees() throws Exception {
        for (String[] operation : new String[][] {{"GET", "/v1/models"}, {"POST", "/v1/models:refresh"}}) {
            assertThat(models("one", operation)).containsExactly("late");
            assertThat(models("other", operation)).containsExactly("lost", "written-again");
            assertThat(models("both", operation)).containsExactly("late", "lost", "written-again");
        }
    }

    private static List<String> models(String owner, String[] operation) throws Exception {
        List<String> models = new ArrayList<>();
        answered(owner, operation[0], operation[1], "")
                .path("models")
                .forEach(model -> models.add(model.path("model").asText()));
        return models;
    }

    @Test
    void aTruthIsTakenFromWhoSeesItsUseCase() throws Exception {
        String parcel = "{\"event_id\": \"" + PARCEL_ID + "1\", \"value\": 1";
        String letter = "{\"event_id\": \"l1\", \"value\": 1";
        String typed = ", \"event_type\": \"letter\"}";
        // Whoever sees one labelled type need not name it.
        assertThat(as("one", "POST", "/v1/labels", parcel + "}").statusCode()).isEqualTo(202);
        assertThat(as("other", "POST", "/v1/labels", letter + "}").statusCode()).isEqualTo(202);
        HttpResponse<String> unclear = as("both", "POST", "/v1/labels", letter + "}");
        assertThat(unclear.statusCode()).isEqualTo(422);
        assertThat(unclear.body())
                .contains("expected an event type that is labelled, one of [letter, parcel], found nothing");
        assertThat(as("both", "POST", "/v1/labels", letter + typed).statusCode())
                .isEqualTo(202);
        int sent = read(Topics.LABELS, 3, record -> Label.getDecoder().decode(record.value()))
                .size();

        HttpResponse<String> anothers = as("one", "POST", "/v1/labels", letter + typed);
        assertThat(anothers.statusCode()).isEqualTo(422);
        assertThat(anothers.body())
                .contains(
                        "'event_type': expected an event type that is labelled, one of [parcel], found \\\"letter\\\"");
        HttpResponse<String> nobodys = as("one", "POST", "/v1/labels", letter + typed.replace("letter", "nothing"));
        assertThat(anothers.body())
                .as("as if it were not there")
                .isEqualTo(nobodys.body().replace("nothing", "letter"));
        assertThat(as("none", "POST", "/v1/labels", letter + typed).statusCode())
                .isEqualTo(404);
        List<Label> labels =
                read(Topics.LABELS, sent, record -> Label.getDecoder().decode(record.value()));
        assertThat(labels).hasSize(sent).extracting(Label::getEventType).containsOnly("parcel", "letter");
    }
}
