package dev.millrace.prediction.decision;

import dev.millrace.prediction.scoring.Decision;
import dev.millrace.prediction.scoring.Decisions;
import dev.millrace.schema.avro.Prediction;
import dev.millrace.schema.event.Headers;
import dev.millrace.schema.event.SingleObject;
import dev.millrace.schema.event.Topics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * The decision log: every answer goes to Kafka, by a thread of its own. While Kafka is away answers wait, as many in a bounded queue
 * as on their way; when both are full they are lost, which is counted, and no request ever waits.
 */
public final class DecisionLog implements Decisions, SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(DecisionLog.class);

    /** Some kilobytes each: bounds memory, and at a thousand answers a second an absence of some seconds. */
    private static final int WAITING = 8_192;

    /** Bytes: what comes together at thousands of answers a second. */
    private static final int BATCH = 1 << 16;

    private static final Duration POLL = Duration.ofMillis(200);

    /** Answers are taken together: to wake a thread for each costs a request more than its record does. */
    private static final Duration GATHER = Duration.ofMillis(5);

    /** What is taken together is sent with what comes soon after: a request is more work to Kafka than the records in it. */
    private static final int LINGER_MILLIS = 25;

    private static final Duration LAST_CHANCE = Duration.ofSeconds(3);

    private final BlockingQueue<Decision> queue = new ArrayBlockingQueue<>(WAITING);
    /** As many as wait may be on their way to Kafka: what the producer has no room for it would give up. */
    private final Semaphore places = new Semaphore(WAITING);

    private final Map<String, Object> settings;
    private final Counter kept;
    private final Counter overflowed;
    private final Counter undelivered;
    private volatile boolean stopping;
    private volatile boolean over;
    private volatile boolean failing;
    private @Nullable Thread thread;

    /** @param kafka bootstrap servers */
    public DecisionLog(String kafka, MeterRegistry meters) {
        this.settings = Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                kafka,
                ProducerConfig.BATCH_SIZE_CONFIG,
                BATCH,
                ProducerConfig.ACKS_CONFIG,
                "all",
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                true,
                ProducerConfig.COMPRESSION_TYPE_CONFIG,
                "snappy",
                ProducerConfig.LINGER_MS_CONFIG,
                LINGER_MILLIS,
                // For as long as Kafka is away.
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                Integer.MAX_VALUE,
                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                10_000,
                // Each attempt is a line in the log while Kafka is away.
                ProducerConfig.RECONNECT_BACKOFF_MS_CONFIG,
                1_000,
                ProducerConfig.CLIENT_ID_CONFIG,
                "decision-log");
        this.kept = counter(meters, "kept");
        this.overflowed = counter(meters, "queue-full");
        this.undelivered = counter(meters, "not-delivered");
        Gauge.builder("decision_log_waiting", () -> queue.size() + WAITING - places.availablePermits())
                .description("Answers that are not in Kafka yet")
                .register(meters);
    }

    private static Counter counter(MeterRegistry meters, String result) {
        return Counter.builder("decisions_total")
                .description("Answers by what became of their record: kept, or lost and why")
                .tag("result", result)
                .register(meters);
    }

    @Override
    public void add(Decision decision) {
        if (!queue.offer(decision)) {
            overflowed.increment();
        } else if (over && queue.remove(decision)) {
            undelivered.increment();
        }
    }

    private void run() {
        try {
            while (!stopping) {
                try {
                    sendAll();
                } catch (KafkaException e) {
                    // Its address cannot be resolved yet, say.
                    failed(e);
                    TimeUnit.SECONDS.sleep(1);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            over = true;
            for (Decision left = queue.poll(); left != null; left = queue.poll()) {
                undelivered.increment();
            }
        }
    }

    /** Until this is stopped, and what waits then is sent. */
    private void sendAll() throws InterruptedException {
        KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        try {
            while (!stopping || !queue.isEmpty()) {
                Decision next = queue.poll(POLL.toMillis(), TimeUnit.MILLISECONDS);
                if (next != null) {
                    LockSupport.parkNanos(GATHER.toNanos());
                }
                for (; next != null; next = queue.poll()) {
                    send(producer, next);
                }
            }
        } finally {
            producer.close(LAST_CHANCE);
        }
    }

    private void send(KafkaProducer<byte[], byte[]> producer, Decision decision) throws InterruptedException {
        try {
            ProducerRecord<byte[], byte[]> record = record(decision);
            awaitTopic(producer);
            awaitPlace();
            send(producer, record);
        } catch (RuntimeException e) {
            // Kafka's, or of one that cannot be written: the next can.
            lost(e);
        }
    }

    private void send(KafkaProducer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record) {
        try {
            var unused = producer.send(record, (sent, failure) -> {
                if (failure == null) {
                    kept.increment();
                    failing = false;
                } else {
                    lost(failure);
                }
                places.release();
            });
        } catch (RuntimeException e) {
            places.release();
            throw e;
        }
    }

    private static ProducerRecord<byte[], byte[]> record(Decision decision) {
        Prediction prediction = PredictionRecord.of(decision);
        byte[] key = prediction.getKey().getBytes(StandardCharsets.UTF_8);
        byte[] value = SingleObject.bytes(Prediction.getEncoder(), prediction);
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(Topics.PREDICTIONS, key, value);
        record.headers()
                .add(Headers.REQUEST_ID, decision.requestId().getBytes(StandardCharsets.UTF_8))
                .add(Headers.TRACE_PARENT, decision.traceParent().getBytes(StandardCharsets.UTF_8));
        return record;
    }

    /** While nobody says where answers go, they wait in the queue: the producer would give up one after the other. */
    private void awaitTopic(KafkaProducer<byte[], byte[]> producer) {
        boolean known = false;
        while (!known) {
            try {
                known = !producer.partitionsFor(Topics.PREDICTIONS).isEmpty();
            } catch (TimeoutException e) {
                if (stopping) {
                    throw e;
                }
                failed(e);
            }
        }
    }

    private void awaitPlace() throws InterruptedException {
        while (!places.tryAcquire(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
            if (stopping) {
                throw new TimeoutException("Kafka has not taken the answers before it");
            }
        }
    }

    private void lost(Exception failure) {
        undelivered.increment();
        failed(failure);
    }

    /** Said once, until it works again. */
    private void failed(Exception failure) {
        if (!failing) {
            failing = true;
            LOG.warn("answers are not in the decision log: {}", failure.toString());
        }
    }

    @Override
    public synchronized void start() {
        stopping = false;
        over = false;
        thread = Thread.ofPlatform().name("decision-log").daemon().start(this::run);
    }

    @Override
    public synchronized void stop() {
        Thread running = thread;
        if (running == null) {
            return;
        }
        stopping = true;
        try {
            if (!running.join(LAST_CHANCE.multipliedBy(2))) {
                running.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread = null;
    }

    /** Before the web server starts, and after it has stopped. */
    @Override
    public int getPhase() {
        return 0;
    }

    @Override
    public synchronized boolean isRunning() {
        return thread != null;
    }
}
