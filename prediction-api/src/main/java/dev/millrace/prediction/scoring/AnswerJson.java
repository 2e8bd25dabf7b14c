package dev.millrace.prediction.scoring;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.feature.ResponseField;
import dev.millrace.feature.online.TopicPartition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** An answer under the names that the use case gives it. */
final class AnswerJson {

    private static final JsonFactory JSON = new JsonFactory();
    private static final int USUAL_SIZE = 1_024;
    /** There are some tens of partitions. */
    private static final Map<TopicPartition, String> TEXTS = new ConcurrentHashMap<>();

    private AnswerJson() {}

    /** @param nanos that it took */
    static byte[] bytes(
            List<ResponseField> fields, Answer answer, Optional<Explanation> why, String requestId, long nanos) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(USUAL_SIZE);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            write(json, fields, answer.verdict());
            json.writeNumberField("latency_ms", millis(nanos));
            writeRest(json, answer, why, requestId);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("an array in memory cannot be written", e);
        }
        return out.toByteArray();
    }

    /** Of many answers, which share their latency. */
    static void write(
            JsonGenerator json, List<ResponseField> fields, Answer answer, Optional<Explanation> why, String requestId)
            throws IOException {
        json.writeStartObject();
        write(json, fields, answer.verdict());
        writeRest(json, answer, why, requestId);
        json.writeEndObject();
    }

    /** To the microsecond. */
    static double millis(long nanos) {
        return Math.round(nanos / 1_000.0) / 1_000.0;
    }

    private static void write(JsonGenerator json, List<ResponseField> fields, Verdict verdict) throws IOException {
        for (ResponseField field : fields) {
            json.writeFieldName(field.name());
            write(json, field, verdict);
        }
    }

    /** The value alone: null for one that cannot be computed. */
    static void write(JsonGenerator json, ResponseField field, Verdict verdict) throws IOException {
        switch (field) {
            case ResponseField.Decision decision when decision.ofClasses() -> json.writeString(verdict.text());
            case ResponseField.Decision decision -> json.writeNumber(verdict.decision());
            case ResponseField.Score score -> json.writeNumber(verdict.score());
            case ResponseField.Computed computed -> {
                double value = computed.of(verdict::of);
                if (Double.isNaN(value)) {
                    json.writeNull();
                } else {
                    json.writeNumber(value);
                }
            }
            case ResponseField.Text text -> json.writeString(text.of(verdict::of));
        }
    }

    private static void writeRest(JsonGenerator json, Answer answer, Optional<Explanation> why, String requestId)
            throws IOException {
        Evidence evidence = answer.evidence();
        json.writeStringField("model_version", answer.origin().version());
        json.writeStringField("model", answer.model());
        json.writeStringField("request_id", requestId);
        if (evidence.asOf().isPresent()) {
            json.writeStringField(
                    "as_of", Instant.ofEpochMilli(evidence.asOf().getAsLong()).toString());
        } else {
            json.writeNullField("as_of");
        }
        json.writeBooleanField("complete", evidence.complete());
        writeNames(json, "reasons", evidence.reasons());
        writeNames(json, "replaced", answer.replaced());
        json.writeObjectFieldStart("offsets");
        for (Evidence.Read read : evidence.read()) {
            json.writeObjectFieldStart(read.view());
            for (Map.Entry<TopicPartition, Long> highest :
                    read.offsets().highest().entrySet()) {
                json.writeNumberField(TEXTS.computeIfAbsent(highest.getKey(), AnswerJson::text), highest.getValue());
            }
            json.writeEndObject();
        }
        json.writeEndObject();
        if (why.isPresent()) {
            write(json, why.get());
        }
    }

    private static void write(JsonGenerator json, Explanation why) throws IOException {
        json.writeObjectFieldStart("explanation");
        json.writeNumberField("bias", why.bias());
        json.writeArrayFieldStart("contributions");
        for (Explanation.Part part : why.parts()) {
            json.writeStartObject();
            json.writeStringField("feature", part.feature());
            if (Double.isNaN(part.value())) {
                json.writeNullField("value");
            } else {
                json.writeNumberField("value", part.value());
            }
            json.writeNumberField("contribution", part.contribution());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /** Left out where there are none. */
    private static void writeNames(JsonGenerator json, String field, List<String> names) throws IOException {
        if (!names.isEmpty()) {
            json.writeArrayFieldStart(field);
            for (String name : names) {
                json.writeString(name);
            }
            json.writeEndArray();
        }
    }

    /** The topic's fingerprint and the partition. */
    private static String text(TopicPartition partition) {
        return HexFormat.of().toHexDigits(partition.topic()) + '-' + partition.partition();
    }
}
