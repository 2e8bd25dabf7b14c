package dev.millrace.ingestion.watch;

import dev.millrace.web.security.Access;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Whether the service is well, on its own port. */
@RestController
class HealthController {
    private static final long PATIENCE_SECONDS = 2;

    private final Admin kafka;
    private final Access access;

    HealthController(KafkaAdmin kafka, Access access) {
        this.kafka = Admin.create(kafka.getConfigurationProperties());
        this.access = access;
    }

    record Health(String status, Map<String, String> reasons) {}

    @GetMapping("/health")
    Health health() {
        Map<String, String> reasons = new TreeMap<>(access.troubles());
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
}
