package dev.millrace.prediction.features;

import dev.millrace.prediction.model.Reason;
import dev.millrace.prediction.start.Once;
import dev.millrace.prediction.start.RepeatedTask;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SocketOptions.TcpUserTimeoutOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.MapOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Redis, read by several keys in one round trip and never waited for longer than the deadline. A probe notices when it goes
 * away and when it is back, without a request having to.
 */
public final class OnlineStore extends RepeatedTask {

    private static final Logger LOG = LoggerFactory.getLogger(OnlineStore.class);

    private static final Duration CONNECT = Duration.ofMillis(500);
    /** After which the connection is broken, and made anew. */
    private static final Duration UNACKNOWLEDGED = Duration.ofSeconds(3);

    private static final Duration PROBE_EVERY = Duration.ofMillis(250);
    /** Keys. */
    private static final int FEW = 32;
    /** What each row after the first adds to the deadline: several times what it takes. */
    private static final Duration ROW = Duration.ofNanos(250_000);
    /** Of a probe, for which a pause of the machine is no outage, and of a patient read. */
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final RedisURI uri;
    private final Duration deadline;
    private final byte[] probe;
    private final Once firstProbe = new Once(this::turn);
    private final Breaker breaker = new Breaker(System::nanoTime);
    private final Counter unanswered;
    private final Counter spared;
    private final ClientResources resources;
    private final RedisClient client;
    private volatile @Nullable Connections connections;
    private volatile @Nullable Reason trouble;

    /**
     * Replies come in the order of the reads: those of a batch would hold up whoever asks for one row meanwhile.
     *
     * @param few for reads of few rows
     * @param many for all others
     */
    private record Connections(
            StatefulRedisConnection<byte[], byte[]> few, StatefulRedisConnection<byte[], byte[]> many) {
        StatefulRedisConnection<byte[], byte[]> of(int keys) {
            return keys > FEW ? many : few;
        }
    }

    /**
     * @param uri such as {@code redis://127.0.0.1:6379}
     * @param deadline how long the reads of one row may take
     * @param probe a key to read when nobody else does
     */
    public OnlineStore(String uri, Duration deadline, byte[] probe, MeterRegistry meters) {
        super("feature-probe", PROBE_EVERY, PROBE_EVERY);
        this.uri = RedisURI.create(uri);
        this.uri.setTimeout(CONNECT);
        this.deadline = deadline;
        this.probe = probe.clone();
        this.unanswered = failures(meters, "no-answer");
        this.spared = failures(meters, "not-asked");
        this.resources = ClientResources.builder()
                .reconnectDelay(Delay.constant(PROBE_EVERY))
                .nettyCustomizer(new SharedFlushes())
                .build();
        this.client = RedisClient.create(resources, this.uri);
        client.setOptions(ClientOptions.builder()
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(CONNECT)
                        // A server that has gone without a word acknowledges nothing: there may be another in its
                        // place.
                        .tcpUserTimeout(TcpUserTimeoutOptions.builder()
                                .enable()
                                .tcpUserTimeout(UNACKNOWLEDGED)
                                .build())
                        .build())
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                // Every read has a deadline of its own: a timer for each command would be a second one.
                .timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
                .build());
    }

    private static Counter failures(MeterRegistry meters, String reason) {
        return Counter.builder("feature_reads_failed_total")
                .description(
                        "Reads of stored features that brought nothing: no answer within the deadline, or not asked after several")
                .tag("reason", reason)
                .register(meters);
    }

    /** Why the store is not to be had, or nothing. */
    public Optional<Reason> trouble() {
        return Optional.ofNullable(trouble);
    }

    /**
     * The reads of one request, which have the deadline together: each of the hashes under some keys, in one round trip; an empty
     * hash for a key that is not there. They fail when they do not come before the deadline, or have not come lately.
     *
     * @param rows how many rows' features they are
     */
    OnlineRecords.Hashes reads(int rows) {
        return within(deadline.plus(ROW.multipliedBy(rows - 1L)));
    }

    /** The same for a caller who would rather wait than go without. */
    OnlineRecords.Hashes patientReads() {
        return within(PATIENCE);
    }

    private OnlineRecords.Hashes within(Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        return keys -> read(keys, Duration.ofNanos(Math.max(0, end - System.nanoTime())));
    }

    private List<Map<byte[], byte[]>> read(List<byte[]> keys, Duration patience) throws StoreUnavailableException {
        if (breaker.isOpen()) {
            spared.increment();
            throw new StoreUnavailableException("Redis has not answered lately");
        }
        try {
            List<Map<byte[], byte[]>> hashes = fetch(keys, patience);
            breaker.succeeded();
            return hashes;
        } catch (StoreUnavailableException e) {
            unanswered.increment();
            breaker.failed();
            throw e;
        }
    }

    private List<Map<byte[], byte[]>> fetch(List<byte[]> keys, Duration patience) throws StoreUnavailableException {
        Connections open = connections;
        if (open == null) {
            throw new StoreUnavailableException("Redis has not been reached yet");
        }
        return fetch(open.of(keys.size()), keys, patience);
    }

    private static List<Map<byte[], byte[]>> fetch(
            StatefulRedisConnection<byte[], byte[]> connection, List<byte[]> keys, Duration patience)
            throws StoreUnavailableException {
        List<AsyncCommand<byte[], byte[], Map<byte[], byte[]>>> commands = new ArrayList<>(keys.size());
        for (byte[] key : keys) {
            commands.add(new AsyncCommand<>(new Command<>(
                    CommandType.HGETALL,
                    new MapOutput<>(ByteArrayCodec.INSTANCE),
                    new CommandArgs<>(ByteArrayCodec.INSTANCE).addKey(key))));
        }
        try {
            connection.dispatch(commands);
            // They are answered in their order: a thread that waits for the last is woken once.
            commands.getLast().get(patience.toNanos(), TimeUnit.NANOSECONDS);
            List<Map<byte[], byte[]>> hashes = new ArrayList<>(commands.size());
            for (AsyncCommand<byte[], byte[], Map<byte[], byte[]>> command : commands) {
                hashes.add(command.get(0, TimeUnit.NANOSECONDS));
            }
            return hashes;
        } catch (TimeoutException e) {
            commands.forEach(command -> command.cancel(false));
            throw new StoreUnavailableException(
                    "Redis did not answer in the " + patience.toMillis() + " ms that were left", e);
        } catch (ExecutionException | CancellationException | RedisException e) {
            throw new StoreUnavailableException("Redis failed: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailableException("interrupted while waiting for Redis", e);
        }
    }

    @Override
    protected void turn() {
        try {
            Connections open = connections;
            if (open == null) {
                open = opened();
                connections = open;
            }
            for (StatefulRedisConnection<byte[], byte[]> each : List.of(open.few(), open.many())) {
                var unused = fetch(each, List.of(probe), PATIENCE);
            }
            breaker.succeeded();
            if (trouble != null) {
                LOG.info("Redis answers at {}:{}", uri.getHost(), uri.getPort());
            }
            trouble = null;
        } catch (StoreUnavailableException | RedisException e) {
            breaker.open();
            if (trouble == null) {
                LOG.warn("features are not to be had, models answer without them: {}", e.toString());
            }
            trouble = new Reason(
                    "features-unavailable", "Redis does not answer at " + uri.getHost() + ":" + uri.getPort());
        }
    }

    private Connections opened() {
        StatefulRedisConnection<byte[], byte[]> few = client.connect(ByteArrayCodec.INSTANCE);
        try {
            return new Connections(few, client.connect(ByteArrayCodec.INSTANCE));
        } catch (RedisException e) {
            few.close();
            throw e;
        }
    }

    /** Connects, unless that has been done; the store may be away. */
    public void connect() {
        firstProbe.run();
    }

    @Override
    public synchronized void start() {
        connect();
        super.start();
    }

    @Override
    public synchronized void stop() {
        if (isRunning()) {
            super.stop();
            client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
            var unused = resources.shutdown(0, 2, TimeUnit.SECONDS);
        }
    }

    /** Before the web server starts, and after it has stopped. */
    @Override
    public int getPhase() {
        return 0;
    }
}
