package dev.millrace.local.server;

import dev.millrace.local.home.Folders;
import dev.millrace.local.process.Network;
import dev.millrace.local.process.ProcessSpec;
import dev.millrace.local.process.ProcessSpec.StopSignal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The MLflow tracking server with its registry; artifacts travel through it into its own folder. */
public record MlflowServer(ServerPlace place) implements LocalServer {

    @Override
    public Server kind() {
        return Server.MLFLOW;
    }

    @Override
    public void prepare() {
        PythonEnvironment.in(place.folders());
    }

    @Override
    public ProcessSpec process() {
        Path data = place.data();
        List<String> line = List.of(
                PythonEnvironment.in(place.folders()).python().toString(),
                place.folders()
                        .root()
                        .resolve("local-stack/python/serve_mlflow.py")
                        .toString(),
                "--host",
                ServerPlace.HOST,
                "--port",
                Integer.toString(place.port()),
                "--workers",
                "1",
                "--backend-store-uri",
                "sqlite:///" + data.resolve("mlflow.db"),
                "--serve-artifacts",
                "--artifacts-destination",
                Folders.made(data.resolve("artifacts")).toUri().toString(),
                "--allowed-hosts",
                "%1$s,%1$s:%2$d,localhost,localhost:%2$d".formatted(ServerPlace.HOST, place.port()));
        Map<String, String> environment = Map.of(
                "MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false",
                "MLFLOW_DISABLE_TELEMETRY", "true",
                "DO_NOT_TRACK", "true",
                "OMP_NUM_THREADS", "1",
                "OPENBLAS_NUM_THREADS", "1",
                "MALLOC_ARENA_MAX", "2",
                "PYTHONUNBUFFERED", "1");
        return ProcessSpec.of(kind().id(), line, environment, place.log())
                .stoppedBy(StopSignal.TERM, Duration.ofSeconds(8));
    }

    @Override
    public boolean isReady() {
        return Network.status(connection().trackingUri() + "/health") == 200;
    }

    @Override
    public Duration patience() {
        return Duration.ofMinutes(3);
    }

    @Override
    public Connection.Mlflow connection() {
        return new Connection.Mlflow("http://" + place.address());
    }
}
