package dev.millrace.prediction.decision;

import dev.millrace.prediction.scoring.Answer;
import dev.millrace.prediction.scoring.Decision;
import dev.millrace.prediction.scoring.Evidence;
import dev.millrace.prediction.scoring.OtherScore;
import dev.millrace.schema.avro.Prediction;
import dev.millrace.web.RequestContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
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
        Map<String, String> entities = new HashMap<>();
        Map<String, Long> offsets = new HashMap<>();
        for (Evidence.Read read : evidence.read()) {
            entities.put(read.view(), read.entity());
            read.offsets()
                    .highest()
                    .forEach((partition, offset) -> offsets.put(
                            read.view()
                                    + '/'
                                    + HexFormat.of().toHexDigits(partition.topic())
                                    + '/'
                                    + partition.partition(),
                            offset));
        }
        return new Prediction(
                decision.requestId(),
                decision.eventId(),
                answer.model(),
                answer.origin().version(),
                answer.origin().definitionsDigest(),
                key(decision),
                decision.answeredAt(),
                Instant.ofEpochMilli(evidence.at()),
                asOf,
                evidence.complete(),
                evidence.reasons(),
                vector(evidence.vector()),
                answer.replaced(),
                answer.score(),
                answer.decision(),
                entities,
                offsets,
                answer.origin().alias(),
                answer.origin().modelDigest(),
                decision.others().stream().map(PredictionRecord::other).toList(),
                RequestContext.traceId(decision.traceParent()));
    }

    private static dev.millrace.schema.avro.OtherScore other(OtherScore other) {
        return new dev.millrace.schema.avro.OtherScore(
                other.origin().alias(), other.origin().version(), other.score(), other.decision());
    }

    private static List<Double> vector(double[] vector) {
        List<Double> values = new ArrayList<>(vector.length);
        for (double value : vector) {
            values.add(value);
        }
        return values;
    }

    /** What belongs together comes in order: the answers about an entity; without one, every request is its own. */
    private static String key(Decision decision) {
        Evidence.@Nullable Read first = null;
        for (Evidence.Read read : decision.answer().evidence().read()) {
            if (first == null || read.view().compareTo(first.view()) < 0) {
                first = read;
            }
        }
        return first == null ? decision.requestId() : first.entity();
    }
}
