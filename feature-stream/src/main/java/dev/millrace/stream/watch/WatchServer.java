package dev.millrace.stream.watch;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** {@code /metrics}, {@code /health}, {@code /health/liveness} and {@code /health/readiness} of a process without Spring. */
public final class WatchServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    public WatchServer(String address, int port, StreamMetrics metrics) throws IOException {
        server = HttpServer.create(new InetSocketAddress(address, port), 0);
        server.setExecutor(threads);
        server.createContext(
                "/metrics",
                exchange -> answer(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", metrics.scrape()));
        server.createContext("/health", exchange -> {
            switch (exchange.getRequestURI().getPath()) {
                case "/health" -> health(exchange, 200, metrics);
                case "/health/liveness" -> json(exchange, 200, new Health("ok", Map.of()));
                case "/health/readiness" -> health(exchange, metrics.isReady() ? 200 : 503, metrics);
                default -> json(exchange, 404, new Health("no such path", Map.of()));
            }
        });
        server.start();
    }

    private record Health(String status, Map<String, String> reasons) {}

    public int port() {
        return server.getAddress().getPort();
    }

    private static void health(HttpExchange exchange, int status, StreamMetrics metrics) throws IOException {
        Map<String, String> problems = metrics.problems();
        json(exchange, status, new Health(problems.isEmpty() ? "ok" : "degraded", problems));
    }

    private static void json(HttpExchange exchange, int status, Health body) throws IOException {
        answer(exchange, status, "application/json", JSON.writeValueAsString(body));
    }

    private static void answer(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
