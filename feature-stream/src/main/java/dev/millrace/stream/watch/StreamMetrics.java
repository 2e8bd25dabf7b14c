package dev.millrace.stream.watch;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.millrace.feature.online.Progress;
import dev.millrace.feature.online.Progress.Key;
import dev.millrace.stream.lane.Arrival;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** What the stream tells Prometheus, and whether it is well. Thread-safe. */
public final class StreamMetrics {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Counter succeeded = registry.counter("events_processed_total", "status", "success");
    private final Counter failed = registry.counter("events_processed_total", "status", "error");
    private final Counter tooLate = registry.counter("events_too_late_total");
    private final Counter decided = registry.counter("decisions_written_total");
    private final Timer latency = Timer.builder("processing_latency")
            .description("From an event's arrival to its batch's commit")
            .publishPercentileHistogram()
            .maximumExpectedValue(Duration.ofMinutes(1))
            .register(registry);
    private final Timer batches =
            Timer.builder("batch_write").publishPercentileHistogram().register(registry);
    private final Map<Key, AtomicLong> lags = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> lakeLags = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable HikariDataSource> pool = new AtomicReference<>();
    private final AtomicLong freshnessMillis = new AtomicLong();
    private volatile String query = "the query has not started";
    private volatile String heartbeat = "";
    private volatile String lake = "";
    private volatile String decisions = "";

    public StreamMetrics() {
        Gauge.builder("feature_freshness_seconds", freshnessMillis, millis -> millis.get() / 1000.0)
                .description("Age of the oldest partition's progress")
                .register(registry);
    }

    /** Takes the place of a pool before it. */
    public void watch(HikariDataSource watched) {
        watched.setMetricRegistry(registry);
        if (pool.getAndSet(watched) == null) {
            Gauge.builder(
                            "db_pool_connections",
                            pool,
                            each -> connections(each, HikariPoolMXBean::getActiveConnections))
                    .tag("state", "active")
                    .register(registry);
            Gauge.builder("db_pool_connections", pool, each -> connections(each, HikariPoolMXBean::getIdleConnections))
                    .tag("state", "idle")
                    .register(registry);
        }
    }

    private static double connections(
            AtomicReference<@Nullable HikariDataSource> pool, ToIntFunction<HikariPoolMXBean> count) {
        HikariDataSource current = pool.get();
        HikariPoolMXBean open = current == null ? null : current.getHikariPoolMXBean();
        return open == null ? Double.NaN : count.applyAsInt(open);
    }

    public void processed(Arrival arrival, long wall) {
        (arrival.refusal().isEmpty() ? succeeded : failed).increment();
        if (!arrival.stated()) {
            latency.record(Duration.ofMillis(Math.max(0, wall - arrival.arrivalTime())));
        }
    }

    public void refused(String reason) {
        registry.counter("dead_letters_total", "stage", "feature-stream", "reason", reason)
                .increment();
    }

    public void tooLate(long events) {
        tooLate.increment(events);
    }

    public void batch(long millis) {
        batches.record(Duration.ofMillis(millis));
    }

    public void lag(Key key, long events) {
        lags.computeIfAbsent(key, name -> {
                    AtomicLong lag = new AtomicLong();
                    Gauge.builder("kafka_consumer_lag", lag, AtomicLong::get)
                            .tag("topic", name.topic())
                            .tag("partition", Integer.toString(name.partition()))
                            .register(registry);
                    return lag;
                })
                .set(events);
    }

    public void freshness(Progress progress, long wall) {
        long clock = progress.clock(wall);
        freshnessMillis.set(progress.partitions().values().stream()
                .mapToLong(read -> Math.max(0, clock - read.asOf()))
                .max()
                .orElse(0));
    }

    /** @param problem empty when the query runs */
    public void query(String problem) {
        query = problem;
    }

    /** @param problem empty when progress was published */
    public void heartbeat(String problem) {
        heartbeat = problem;
    }

    /** @param problem empty when the lake is written */
    public void lake(String problem) {
        lake = problem;
    }

    /** @param problem empty when answers come into their table */
    public void decisions(String problem) {
        decisions = problem;
    }

    /** Answers that are in their table now. */
    public void decided(long answers) {
        decided.increment(answers);
    }

    /** Records read for a table of the lake. */
    public void laked(String table, long records) {
        registry.counter("lake_records_total", "table", table).increment(records);
    }

    public void lakeRestarted(String table) {
        registry.counter("lake_restarts_total", "table", table).increment();
    }

    /** Records that a table of the lake does not have yet. */
    public void lakeLag(String table, long records) {
        lakeLags.computeIfAbsent(table, name -> {
                    AtomicLong lag = new AtomicLong();
                    Gauge.builder("lake_lag", lag, AtomicLong::get)
                            .tag("table", name)
                            .register(registry);
                    return lag;
                })
                .set(records);
    }

    public String scrape() {
        return registry.scrape();
    }

    /** What is wrong; empty when all is well. */
    public Map<String, String> problems() {
        Map<String, String> problems = new ConcurrentHashMap<>();
        if (!query.isEmpty()) {
            problems.put("query", query);
        }
        if (!heartbeat.isEmpty()) {
            problems.put("progress", heartbeat);
        }
        if (!lake.isEmpty()) {
            problems.put("lake", lake);
        }
        if (!decisions.isEmpty()) {
            problems.put("decisions", decisions);
        }
        return problems;
    }

    public boolean isReady() {
        return query.isEmpty();
    }
}
