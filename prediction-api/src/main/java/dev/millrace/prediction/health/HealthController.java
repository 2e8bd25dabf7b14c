package dev.millrace.prediction.health;

import dev.millrace.prediction.features.OnlineStore;
import dev.millrace.prediction.history.DatabaseProbe;
import dev.millrace.prediction.model.FollowedModels;
import dev.millrace.prediction.model.Reason;
import dev.millrace.prediction.model.ServedModel;
import dev.millrace.prediction.scoring.Readiness;
import dev.millrace.web.security.Access;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Health as callers and orchestrators see it. A pod is unready without a model and before it is warm: a store may be away. */
@RestController
public class HealthController {

    private final FollowedModels models;
    private final OnlineStore store;
    private final DatabaseProbe database;
    private final Readiness readiness;
    private final Access access;

    HealthController(
            FollowedModels models, OnlineStore store, DatabaseProbe database, Readiness readiness, Access access) {
        this.database = database;
        this.models = models;
        this.store = store;
        this.readiness = readiness;
        this.access = access;
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
        Stream<Reason> keys =
                access.troubles().entrySet().stream().map(trouble -> new Reason(trouble.getKey(), trouble.getValue()));
        List<Reason> reasons = Stream.of(
                        models.troubles().stream(), store.trouble().stream(), database.trouble().stream(), keys)
                .flatMap(Function.identity())
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
        String status = readiness.status();
        return answer(status.equals("ok"), new State(status));
    }

    private static <T> ResponseEntity<T> answer(boolean good, T body) {
        return ResponseEntity.status(good ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE)
                .body(body);
    }
}
