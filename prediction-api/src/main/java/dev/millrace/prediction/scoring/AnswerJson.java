package dev.millrace.prediction.scoring;

import dev.millrace.feature.online.TopicPartition;
import dev.millrace.schema.definition.ModelDefinition;
import dev.millrace.schema.definition.ModelDefinition.ServeDefinition;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An answer under the names that the use case gives it. */
final class AnswerJson {

    private AnswerJson() {}

    static Map<String, @Nullable Object> of(ServeDefinition serve, Answer answer, String requestId, long nanos) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        serve.response()
                .forEach((name, holds) -> json.put(
                        name,
                        switch (holds) {
                            case ModelDefinition.Answer.DECISION -> answer.decision() ? 1 : 0;
                            case ModelDefinition.Answer.SCORE -> answer.score();
                        }));
        json.put("latency_ms", Math.round(nanos / 1_000.0) / 1_000.0);
        json.put("model_version", answer.version());
        json.put("model", answer.model());
        json.put("request_id", requestId);
        json.put(
                "as_of",
                answer.evidence().asOf().isPresent()
                        ? Instant.ofEpochMilli(answer.evidence().asOf().getAsLong())
                                .toString()
                        : null);
        json.put("complete", answer.evidence().complete());
        if (!answer.evidence().reasons().isEmpty()) {
            json.put("reasons", answer.evidence().reasons());
        }
        if (!answer.replaced().isEmpty()) {
            json.put("replaced", answer.replaced());
        }
        Map<String, Map<String, Long>> offsets = new TreeMap<>();
        answer.evidence().offsets().forEach((view, found) -> {
            Map<String, Long> highest = new LinkedHashMap<>();
            found.highest().forEach((partition, offset) -> highest.put(text(partition), offset));
            offsets.put(view, highest);
        });
        json.put("offsets", offsets);
        return json;
    }

    /** The topic's fingerprint and the partition. */
    private static String text(TopicPartition partition) {
        return HexFormat.of().toHexDigits(partition.topic()) + '-' + partition.partition();
    }
}
