package dev.millrace.training.mlflow;

import dev.millrace.training.mlflow.MlflowException.Code;
import java.net.URI;
import java.time.Clock;
import java.util.Map;
import java.util.function.Supplier;
import org.mlflow.api.proto.Service.Experiment;
import org.mlflow.api.proto.Service.RunInfo;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowClientException;

/** Experiments and runs, through MLflow's own Java client. */
public final class Tracking implements AutoCloseable {

    private final MlflowClient client;
    private final Clock clock;

    public Tracking(URI server, Clock clock) {
        this.client = new MlflowClient(server.toString());
        this.clock = clock;
    }

    /** Begins a run of the experiment, which is made when it is not there. */
    public Run begin(String experiment, Map<String, String> tags) {
        return call("begin a run of " + experiment, () -> {
            RunInfo info = client.createRun(experimentId(experiment));
            Run run = new Run(info.getRunId(), info.getArtifactUri());
            tags.forEach((key, value) -> client.setTag(run.id(), key, value));
            return run;
        });
    }

    /** Searches, because the client retries and warns when it asks by name for what is not there. */
    private String experimentId(String name) {
        return client.searchExperiments("name = '%s'".formatted(name.replace("'", "''"))).getItems().stream()
                .findFirst()
                .map(Experiment::getExperimentId)
                .orElseGet(() -> client.createExperiment(name));
    }

    @Override
    public void close() {
        client.close();
    }

    private static <T> T call(String what, Supplier<T> call) {
        try {
            return call.get();
        } catch (MlflowClientException e) {
            boolean answered = e instanceof org.mlflow.tracking.MlflowHttpException;
            throw new MlflowException(answered ? Code.REFUSED : Code.UNREACHABLE, what, e);
        }
    }

    /** A run that has begun; it is marked as failed unless it is {@link #finish finished}. */
    public final class Run implements AutoCloseable {

        private final String id;
        private final String artifactUri;
        private boolean finished;

        private Run(String id, String artifactUri) {
            this.id = id;
            this.artifactUri = artifactUri;
        }

        public String id() {
            return id;
        }

        public String artifactUri() {
            return artifactUri;
        }

        public void parameters(Map<String, ?> parameters) {
            parameters.forEach((name, value) -> call("log parameter " + name, () -> {
                client.logParam(id, name, String.valueOf(value));
                return id;
            }));
        }

        /** Logs the finite ones; MLflow keeps no others. */
        public void metrics(Map<String, Double> metrics) {
            metrics.forEach((name, value) -> call("log metric " + name, () -> {
                if (Double.isFinite(value)) {
                    client.logMetric(id, name, value, clock.millis(), 0);
                }
                return id;
            }));
        }

        public void tag(String key, String value) {
            call("set tag " + key, () -> {
                client.setTag(id, key, value);
                return id;
            });
        }

        public void finish() {
            terminate(RunStatus.FINISHED);
            finished = true;
        }

        @Override
        public void close() {
            if (!finished) {
                terminate(RunStatus.FAILED);
            }
        }

        private void terminate(RunStatus status) {
            call("end run " + id, () -> {
                client.setTerminated(id, status, clock.millis());
                return id;
            });
        }
    }
}
