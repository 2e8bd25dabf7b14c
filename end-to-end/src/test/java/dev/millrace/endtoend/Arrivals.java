package dev.millrace.endtoend;

import dev.millrace.endtoend.PaymentFile.Payment;
import dev.millrace.endtoend.PaymentOracle.Known;
import dev.millrace.feature.online.TopicPartition;
import dev.millrace.schema.avro.Prediction;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.TopicDecoder;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Where on the topics each payment lies, and what turned out of it: so an answer's offsets say which it knew. */
final class Arrivals {
    private final Map<String, Place> payments = new HashMap<>();
    private final Map<String, Place> frauds = new HashMap<>();

    private record Place(TopicPartition partition, long offset) {
        static Place of(TopicRecords topic, ConsumerRecord<byte[], byte[]> record) {
            return new Place(TopicPartition.of(topic.id(), record.partition()), record.offset());
        }

        boolean isIn(Map<String, Long> offsets, String view) {
            String name =
                    "%s/%s/%d".formatted(view, HexFormat.of().toHexDigits(partition.topic()), partition.partition());
            return offset <= offsets.getOrDefault(name, -1L);
        }
    }

    Arrivals(String kafka, UseCase useCase) throws ExecutionException, InterruptedException {
        TopicDecoder decoder = new TopicDecoder(useCase);
        TopicRecords events = TopicRecords.read(kafka, "transactions");
        // What came twice counts from the first time on.
        events.all()
                .forEach(record -> payments.putIfAbsent(
                        decoder.event(record.value())
                                .fields()
                                .get("transaction_id")
                                .toString(),
                        Place.of(events, record)));
        TopicRecords labels = TopicRecords.read(kafka, "labels");
        labels.all()
                .forEach(record ->
                        frauds.putIfAbsent(decoder.label(record.value()).getEventId(), Place.of(labels, record)));
    }

    /** What a view's part of an answer knew. */
    Known of(Prediction answer, String view) {
        return new Known(
                payment -> isIn(payments, payment, answer, view),
                payment -> isIn(frauds, payment, answer, "merchant_fraud"));
    }

    private static boolean isIn(Map<String, Place> places, Payment payment, Prediction answer, String view) {
        Place place = places.get(payment.id());
        return place != null && place.isIn(answer.getOffsets(), view);
    }
}
