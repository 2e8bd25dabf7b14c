package dev.millrace.bench.serving;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.local.home.Folders;
import dev.millrace.local.load.HttpCall;
import dev.millrace.local.process.Network;
import dev.millrace.local.process.ProcessSpec;
import dev.millrace.local.process.RunningProcess;
import dev.millrace.local.process.Spawner;
import dev.millrace.local.server.PythonEnvironment;
import dev.millrace.local.up.Platform;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Servers of others with the same trees. They have less to do: the vector comes with the request, nothing is read, logged or checked.
 */
final class PeerServers {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String HOST = "127.0.0.1";

    private final Platform platform;
    private final Path home;
    private final Path python;
    private final Path trees;
    private final List<String> features;
    private final String model;

    /**
     * @param home an empty folder
     * @param trees the champion's
     * @param features their names, in order
     * @param model the champion's name in the registry
     */
    PeerServers(Platform platform, Path home, Path trees, List<String> features, String model) {
        this.platform = platform;
        this.home = home;
        Folders folders = Folders.standard();
        this.python = PythonEnvironment.of(folders, folders.root().resolve("benchmarks/python/peers.lock"))
                .folder()
                .resolve("bin");
        this.trees = trees;
        this.features = features;
        this.model = model;
    }

    /** One that runs and is ready. */
    record Peer(String name, RunningProcess process, URI url, IntFunction<HttpCall> calls) implements AutoCloseable {
        @Override
        public void close() {
            process.stop();
        }
    }

    Peer fastApi() {
        int port = Network.freePort();
        URI url = URI.create("http://" + HOST + ":" + port);
        RunningProcess process = start(
                "fastapi",
                List.of(
                        python.resolve("uvicorn").toString(),
                        "--app-dir",
                        Folders.standard().root().resolve("benchmarks/python").toString(),
                        "--host",
                        HOST,
                        "--port",
                        Integer.toString(port),
                        "--no-access-log",
                        "peer_fastapi:app"),
                Map.of("MODEL", trees.toString()));
        process.awaitReady(() -> Network.status(url + "/docs") == 200, PATIENCE);
        String body = json(Map.of("vector", vector()));
        return new Peer("fastapi", process, url, i -> HttpCall.post(url.resolve("/predict"), Map.of(), body));
    }

    Peer mlServer() throws IOException {
        int port = Network.freePort();
        URI url = URI.create("http://" + HOST + ":" + port);
        Path folder = Files.createDirectories(home.resolve("mlserver"));
        Files.writeString(
                folder.resolve("settings.json"),
                json(Map.of(
                        "host",
                        HOST,
                        "http_port",
                        port,
                        "grpc_port",
                        Network.freePort(),
                        "metrics_port",
                        Network.freePort(),
                        "parallel_workers",
                        0,
                        "debug",
                        false)));
        Files.writeString(
                folder.resolve("model-settings.json"),
                json(Map.of(
                        "name",
                        "peer",
                        "implementation",
                        "mlserver_xgboost.XGBoostModel",
                        "parameters",
                        Map.of("uri", trees.toString(), "version", "v1"))));
        RunningProcess process =
                start("mlserver", List.of(python.resolve("mlserver").toString(), "start", folder.toString()), Map.of());
        process.awaitReady(() -> Network.status(url + "/v2/models/peer/ready") == 200, PATIENCE);
        String body = json(Map.of(
                "inputs",
                List.of(Map.of(
                        "name", "x", "datatype", "FP32", "shape", List.of(1, features.size()), "data", vector()))));
        return new Peer(
                "mlserver", process, url, i -> HttpCall.post(url.resolve("/v2/models/peer/infer"), Map.of(), body));
    }

    Peer mlflow() {
        int port = Network.freePort();
        URI url = URI.create("http://" + HOST + ":" + port);
        RunningProcess process = start(
                "mlflow",
                List.of(
                        python.resolve("mlflow").toString(),
                        "models",
                        "serve",
                        "--model-uri",
                        "models:/" + model + "@champion",
                        "--env-manager",
                        "local",
                        "--host",
                        HOST,
                        "--port",
                        Integer.toString(port)),
                Map.of(
                        "MLFLOW_TRACKING_URI",
                        String.valueOf(platform.environment().get("MLFLOW_TRACKING_URI"))));
        process.awaitReady(() -> Network.status(url + "/ping") == 200, PATIENCE);
        String body = json(Map.of("dataframe_split", Map.of("columns", features, "data", List.of(vector()))));
        return new Peer("mlflow", process, url, i -> HttpCall.post(url.resolve("/invocations"), Map.of(), body));
    }

    private List<Double> vector() {
        return features.stream().map(name -> name.length() * 1.5).toList();
    }

    private RunningProcess start(String name, List<String> command, Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("PATH", python + ":" + System.getenv("PATH"));
        return Spawner.start(
                ProcessSpec.of(name, command, environment, platform.folders().log("peer-" + name)));
    }

    private static String json(Object value) {
        return JSON.valueToTree(value).toString();
    }
}
