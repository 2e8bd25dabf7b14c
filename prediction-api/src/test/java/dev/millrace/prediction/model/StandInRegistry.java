package dev.millrace.prediction.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.forest.model.ModelManifest;
import dev.millrace.prediction.TestPackages;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Answers as MLflow does with one version at a time, which everybody's alias names, and can stop in the middle of an answer. All
 * versions have the same files.
 */
final class StandInRegistry implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FILES = "/api/2.0/mlflow-artifacts/artifacts/0/a/artifacts/model/";

    private final CountDownLatch closing = new CountDownLatch(1);
    private final HttpServer server;
    private final Map<String, byte[]> files;
    private final AtomicInteger downloads = new AtomicInteger();
    private volatile String stalling = "";
    private volatile String endless = "";
    private volatile String version = "1";

    StandInRegistry(TestPackages files) throws IOException {
        this.files = files.files();
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Of what ends so, only the headers are sent. */
    void stallAt(String path) {
        stalling = path;
    }

    void answerAll() {
        stalling = "";
    }

    /** What ends so does not end. */
    void endlessAt(String path) {
        endless = path;
    }

    void promote(String promoted) {
        version = promoted;
    }

    void withdraw() {
        version = "";
    }

    /** How often a package was begun with. */
    int downloads() {
        return downloads.get();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        byte[] body = path.startsWith(FILES)
                ? files.get(path.substring(FILES.length()))
                : JSON.writeValueAsBytes(Map.of(
                        "model_version",
                        Map.of("version", version, "source", "mlflow-artifacts:/0/a/artifacts/model"),
                        "message",
                        "not found"));
        if (path.endsWith(ModelManifest.FILE)) {
            downloads.incrementAndGet();
        }
        try (exchange) {
            if (!endless.isEmpty() && path.endsWith(endless)) {
                sendWithoutEnd(exchange);
                return;
            }
            exchange.sendResponseHeaders(version.isEmpty() ? 404 : 200, body.length);
            if (!stalling.isEmpty() && path.endsWith(stalling)) {
                closing.await();
            }
            exchange.getResponseBody().write(body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Until nobody takes it any more. */
    private static void sendWithoutEnd(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        byte[] some = new byte[1 << 16];
        while (true) {
            exchange.getResponseBody().write(some);
        }
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
    }
}
