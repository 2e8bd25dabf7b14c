package dev.millrace.bench.serving;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.bench.Figure;
import dev.millrace.bench.Figures;
import dev.millrace.local.load.HttpLoad;
import dev.millrace.local.load.LoadResult;
import dev.millrace.local.up.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The champion's trees behind the servers of others.
 *
 * @param home an empty folder
 */
record Peers(Platform platform, Path home, Figures figures) {
    private static final ObjectMapper JSON = new ObjectMapper();

    void measure() throws IOException {
        PeerServers servers = servers();
        try (PeerServers.Peer peer = servers.fastApi()) {
            measure(peer);
        }
        try (PeerServers.Peer peer = servers.mlServer()) {
            measure(peer);
        }
        try (PeerServers.Peer peer = servers.mlflow()) {
            measure(peer);
        }
    }

    private PeerServers servers() throws IOException {
        Path models = Path.of(String.valueOf(platform.environment().get("MILLRACE_MODEL_CACHE")));
        Path manifest;
        try (Stream<Path> files = Files.walk(models)) {
            manifest = files.filter(file -> file.endsWith("millrace.json"))
                    .findFirst()
                    .orElseThrow();
        }
        JsonNode says = JSON.readTree(manifest.toFile());
        List<String> features = new ArrayList<>();
        says.path("features").forEach(feature -> features.add(feature.textValue()));
        return new PeerServers(
                platform,
                home,
                manifest.resolveSibling("model.ubj"),
                features,
                says.path("model").textValue());
    }

    private void measure(PeerServers.Peer peer) throws IOException {
        HttpLoad load = new HttpLoad(peer.url(), Load.CONNECTIONS);
        load.closed(Load.WARM_UP, peer.calls());
        LoadResult result = load.closed(Load.MEASURED, peer.calls());
        if (result.errors() > 0) {
            throw new IllegalStateException(
                    "Expected answers of %s, found %s".formatted(peer.name(), result.statuses()));
        }
        figures.add(Figure.peer(peer.name(), "rps", result.perSecond(), "1/s"));
        figures.add(Figure.peer(peer.name(), "p95_ms", result.millis(95), "ms"));
    }
}
