package dev.millrace.prediction.decision;

import dev.millrace.prediction.scoring.Answer;
import dev.millrace.prediction.scoring.Decision;
import dev.millrace.prediction.scoring.Evidence;
import dev.millrace.schema.avro.Prediction;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A decision as the topic holds it. */
final class PredictionRecord {

    private PredictionRecord() {}

    static Prediction of(Decision decision) {
        Answer answer = decision.answer();
        Evidence evidence = answer.evidence();
        @Nullable
        Instant asOf = evidence.asOf().isPresent()
                ? Instant.ofEpochMilli(evidence.asOf().getAsLong())
                : null;
        return Prediction.newBuilder()
                .setRequestId(decision.requestId())
                .setEventId(decision.eventId())
                .setModel(answer.model())
                .setModelVersion(answer.version())
                .setDefinitionsDigest(answer.definitionsDigest())
                .setKey(key(decision))
                .setAnsweredAt(decision.answeredAt())
                .setAskedFor(Instant.ofEpochMilli(evidence.at()))
                .setAsOf(asOf)
                .setComplete(evidence.complete())
                .setReasons(evidence.reasons())
                .setVector(Arrays.stream(evidence.vector()).boxed().toList())
                .setReplaced(answer.replaced())
                .setScore(answer.score())
                .setDecision(answer.decision())
                .setEntities(evidence.entities())
                .setOffsets(offsets(evidence))
                .build();
    }

    /** What belongs together comes in order: the answers about an entity; without one, every request is its own. */
    private static String key(Decision decision) {
        return decision.answer().evidence().entities().entrySet().stream()
                .min(Map.Entry.comparingByKey())
                .map(Map.Entry::getValue)
                .orElse(decision.requestId());
    }

    private static Map<String, Long> offsets(Evidence evidence) {
        Map<String, Long> offsets = new HashMap<>();
        evidence.offsets()
                .forEach((view, read) -> read.highest()
                        .forEach((partition, offset) -> offsets.put(
                                "%s/%s/%d"
                                        .formatted(
                                                view,
                                                HexFormat.of().toHexDigits(partition.topic()),
                                                partition.partition()),
                                offset)));
        return offsets;
    }
}
