package dev.millrace.ingestion.feed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;

/** Answers as ingestion does, and keeps what it took. Refuses events that have a field {@code no_such_field}. */
final class FakeIngestion implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final List<Taken> taken = new ArrayList<>();
    private final Deque<Integer> failures = new ArrayDeque<>();

    /** @param lag the header's text */
    record Taken(String path, Optional<String> lag, Optional<String> apiKey, JsonNode body) {}

    FakeIngestion() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v1/events/", this::handle);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** The next requests are answered so. */
    synchronized void failWith(Integer... statuses) {
        failures.addAll(List.of(statuses));
    }

    synchronized List<Taken> events() {
        return taken.stream().filter(one -> !one.path().equals("labels")).toList();
    }

    synchronized List<Taken> labels() {
        return taken.stream().filter(one -> one.path().equals("labels")).toList();
    }

    synchronized List<Taken> all() {
        return List.copyOf(taken);
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        Integer failure;
        synchronized (this) {
            failure = failures.poll();
        }
        if (failure != null) {
            exchange.getResponseHeaders().add("Retry-After", "0");
            answer(exchange, failure, "{\"code\":\"on-purpose\"}");
            return;
        }
        String path = exchange.getRequestURI().getPath().substring("/v1/events/".length());
        Optional<String> lag = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Arrival-Lag"));
        Optional<String> apiKey =
                Optional.ofNullable(exchange.getRequestHeaders().getFirst("X-API-Key"));
        ArrayNode results = JSON.createArrayNode();
        int accepted = 0;
        JsonNode events = JSON.readTree(body);
        for (int i = 0; i < events.size(); i++) {
            if (events.get(i).has("no_such_field")) {
                refuse(results, i, "unknown-field");
                refuse(results, i, "missing-field");
            } else {
                accepted++;
                synchronized (this) {
                    taken.add(new Taken(path, lag, apiKey, events.get(i)));
                }
            }
        }
        ObjectNode answer = JSON.createObjectNode();
        answer.put("accepted", accepted).put("refused", events.size() - accepted);
        answer.set("results", results);
        answer(exchange, accepted == 0 ? 400 : 202, answer.toString());
    }

    private static void refuse(ArrayNode results, int index, String code) {
        results.addObject()
                .put("index", index)
                .put("status", "refused")
                .put("code", code)
                .put("field", "no_such_field")
                .put("message", "there is no such field");
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
