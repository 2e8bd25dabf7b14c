package dev.millrace.ingestion.watch;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Whether the service is well, and what Prometheus reads, on the service's own port. */
@RestController
class WatchController {
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final long PATIENCE_SECONDS = 2;

    private final PrometheusMeterRegistry meters;
    private final Admin kafka;

    WatchController(PrometheusMeterRegistry meters, KafkaAdmin kafka) {
        this.meters = meters;
        this.kafka = Admin.create(kafka.getConfigurationProperties());
    }

    record Health(String status, Map<String, String> reasons) {}

    @GetMapping("/health")
    Health health() {
        Map<String, String> reasons = new TreeMap<>();
        try {
            kafka.describeCluster().clusterId().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            reasons.put("kafka", "Kafka does not answer; events are refused with 503 until it does");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            reasons.put("kafka", "interrupted");
        }
        return new Health(reasons.isEmpty() ? "ok" : "degraded", reasons);
    }

    @GetMapping({"/health/liveness", "/health/readiness"})
    Health alive() {
        return new Health("ok", Map.of());
    }

    @GetMapping(path = "/metrics", produces = TEXT)
    String metrics() {
        return meters.scrape(TEXT);
    }
}
