package dev.millrace.prediction.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.prediction.TestPackages;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/** Answers as MLflow does with one version, which everybody's alias names, and can stop in the middle of an answer. */
final class StandInRegistry implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FILES = "/api/2.0/mlflow-artifacts/artifacts/0/a/artifacts/model/";

    private final CountDownLatch closing = new CountDownLatch(1);
    private final HttpServer server;
    private final Map<String, byte[]> files;
    private volatile String stalling = "";

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

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        byte[] body = path.startsWith(FILES)
                ? files.get(path.substring(FILES.length()))
                : JSON.writeValueAsBytes(Map.of(
                        "model_version", Map.of("version", "1", "source", "mlflow-artifacts:/0/a/artifacts/model")));
        try (exchange) {
            exchange.sendResponseHeaders(200, body.length);
            if (!stalling.isEmpty() && path.endsWith(stalling)) {
                closing.await();
            }
            exchange.getResponseBody().write(body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
    }
}
