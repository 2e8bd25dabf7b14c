package dev.millrace.prediction.health;

import dev.millrace.prediction.features.OnlineStore;
import dev.millrace.prediction.model.FollowedModels;
import dev.millrace.prediction.model.Reason;
import dev.millrace.prediction.model.ServedModel;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Health as callers and orchestrators see it. Only a missing model makes a pod unready: a store may be away. */
@RestController
class HealthController {

    private final FollowedModels models;
    private final OnlineStore store;

    HealthController(FollowedModels models, OnlineStore store) {
        this.models = models;
        this.store = store;
    }

    /**
     * How well the service is.
     *
     * @param status {@code ok}, {@code degraded}, or {@code down} without a model
     */
    record Health(String status, List<ModelState> models, List<Reason> reasons) {}

    record ModelState(String model, String version) {}

    record State(String status) {}

    @GetMapping("/health")
    ResponseEntity<Health> health() {
        List<ServedModel> served = models.served();
        List<Reason> reasons = Stream.concat(models.troubles().stream(), store.trouble().stream())
                .toList();
        String status = served.isEmpty() ? "down" : reasons.isEmpty() ? "ok" : "degraded";
        List<ModelState> states = served.stream()
                .map(model -> new ModelState(model.name(), model.version()))
                .toList();
        return answer(!served.isEmpty(), new Health(status, states, reasons));
    }

    @GetMapping("/health/liveness")
    State liveness() {
        return new State("ok");
    }

    @GetMapping("/health/readiness")
    ResponseEntity<State> readiness() {
        boolean ready = !models.served().isEmpty();
        return answer(ready, new State(ready ? "ok" : "no-model"));
    }

    private static <T> ResponseEntity<T> answer(boolean good, T body) {
        return ResponseEntity.status(good ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE)
                .body(body);
    }
}
