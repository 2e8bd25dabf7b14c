package dev.millrace.prediction.decision;

import dev.millrace.feature.online.TopicPartition;
import dev.millrace.prediction.scoring.Answer;
import dev.millrace.prediction.scoring.Decision;
import dev.millrace.prediction.scoring.Evidence;
import dev.millrace.prediction.scoring.OtherScore;
import dev.millrace.prediction.scoring.Verdict;
import dev.millrace.schema.avro.Prediction;
import dev.millrace.web.RequestContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A decision as the topic holds it. */
final class PredictionRecord {

    /** There are some tens of partitions. */
    private static final Map<TopicPartition, String> TEXTS = new ConcurrentHashMap<>();

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
            for (Map.Entry<TopicPartition, Long> highest :
                    read.offsets().highest().entrySet()) {
                offsets.put(
                        read.view() + TEXTS.computeIfAbsent(highest.getKey(), PredictionRecord::text),
                        highest.getValue());
            }
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
                answer.verdict().score(),
                answer.verdict().isPositive(),
                entities,
                offsets,
                answer.origin().alias(),
                answer.origin().modelDigest(),
                others(decision.others()),
                RequestContext.traceId(decision.traceParent()),
                answer.verdict().outcome(),
                answer.verdict().probabilities(),
                answer.verdict().estimated());
    }

    private static List<dev.millrace.schema.avro.OtherScore> others(List<OtherScore> others) {
        List<dev.millrace.schema.avro.OtherScore> records = new ArrayList<>(others.size());
        for (OtherScore other : others) {
            Verdict verdict = other.verdict();
            records.add(new dev.millrace.schema.avro.OtherScore(
                    other.origin().alias(),
                    other.origin().version(),
                    verdict.score(),
                    verdict.isPositive(),
                    verdict.outcome(),
                    verdict.probabilities(),
                    verdict.estimated()));
        }
        return records;
    }

    /** After the name of a view. */
    private static String text(TopicPartition partition) {
        return '/' + HexFormat.of().toHexDigits(partition.topic()) + '/' + partition.partition();
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
