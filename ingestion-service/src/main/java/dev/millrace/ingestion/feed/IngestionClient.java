package dev.millrace.ingestion.feed;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/events/{type}} until it is answered: no capacity and lost connections are waited out. Sending again is
 * harmless, because events have ids. Thread-safe.
 */
final class IngestionClient {
    private static final Duration SHORTEST_WAIT = Duration.ofMillis(200);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final ObjectMapper json = JsonMapper.builder()
            .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final URI server;
    private final Optional<String> apiKey;
    private final Duration patience;
    private final Stop stop;
    private final Tally tally;
    private volatile boolean reached;

    /** @param patience how long one request is tried again before the feed gives up */
    IngestionClient(FeedSettings settings, Duration patience, Stop stop, Tally tally) {
        this.server = settings.ingestion();
        this.apiKey = settings.apiKey();
        this.patience = patience;
        this.stop = stop;
        this.tally = tally;
    }

    /**
     * Sends them as one request.
     *
     * @param lag states that each arrived that long after its time; without it they arrive now
     * @return false when the feed was asked to end before they were taken
     * @throws FeedException when ingestion is not there, or does not understand
     */
    boolean post(String path, List<Dispatch> batch, Optional<Duration> lag) {
        HttpRequest request = request(path, batch, lag);
        long end = System.nanoTime() + patience.toNanos();
        Duration wait = SHORTEST_WAIT;
        while (true) {
            String problem;
            try {
                HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
                reached = true;
                if (answer.statusCode() != 429 && answer.statusCode() < 500) {
                    count(path, batch.size(), answer);
                    return true;
                }
                problem = "answers " + answer.statusCode() + " " + answer.body();
                wait = retryAfter(answer).orElse(wait);
            } catch (ConnectException e) {
                if (!reached) {
                    throw new FeedException(
                            "Nothing listens at " + server + ": ./millrace up starts the platform;"
                                    + " if ingestion runs elsewhere, set MILLRACE_INGESTION_URL",
                            e);
                }
                problem = "is gone (" + e + ")";
            } catch (IOException e) {
                problem = "does not answer (" + e + ")";
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
            if (System.nanoTime() + wait.toNanos() > end) {
                throw new FeedException("%s %s, and did so for %d s: its log says why"
                        .formatted(request.uri(), problem, patience.toSeconds()));
            }
            stop.pause(wait);
            if (stop.isRequested()) {
                return false;
            }
            wait = wait.multipliedBy(2).compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait.multipliedBy(2);
        }
    }

    private HttpRequest request(String path, List<Dispatch> batch, Optional<Duration> lag) {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server + "/v1/events/" + path))
                    .header("Content-Type", "application/json")
                    .timeout(TIMEOUT)
                    .POST(HttpRequest.BodyPublishers.ofByteArray(json.writeValueAsBytes(
                            batch.stream().map(Dispatch::body).toList())));
            apiKey.ifPresent(key -> request.header("X-API-Key", key));
            lag.ifPresent(value -> request.header("Arrival-Lag", value.toString()));
            return request.build();
        } catch (JsonProcessingException e) {
            throw new FeedException("Cannot write a batch of " + path + " as JSON: " + e.getMessage(), e);
        }
    }

    private static Optional<Duration> retryAfter(HttpResponse<String> answer) {
        return answer.headers()
                .firstValue("Retry-After")
                .filter(value -> value.matches("[0-9]{1,4}"))
                .map(Long::parseLong)
                .map(Duration::ofSeconds);
    }

    private void count(String path, int sent, HttpResponse<String> answer) {
        JsonNode body = parsed(answer.body());
        if (answer.statusCode() == 202 && body != null) {
            tally.accept(path, body.path("accepted").asInt());
            refuse(body.path("results"), body.path("refused").asInt());
        } else if (answer.statusCode() == 400
                && body != null
                && !body.path("results").isEmpty()) {
            refuse(body.path("results"), sent);
        } else {
            throw new FeedException("%s/v1/events/%s answered %d, expected 202: %s"
                    .formatted(server, path, answer.statusCode(), answer.body()));
        }
    }

    private void refuse(JsonNode results, int refused) {
        Set<Integer> seen = new HashSet<>();
        for (JsonNode result : results) {
            // One event may break several rules: the first one counts.
            if (seen.add(result.path("index").asInt())) {
                tally.refuse(
                        result.path("code").asText("unknown"),
                        1,
                        result.path("message").asText());
            }
        }
        tally.refuse("unknown", refused - seen.size(), "no reason given");
    }

    private @Nullable JsonNode parsed(String body) {
        try {
            return json.readTree(body);
        } catch (JsonProcessingException e) {
            return null;
        }
    }
}
