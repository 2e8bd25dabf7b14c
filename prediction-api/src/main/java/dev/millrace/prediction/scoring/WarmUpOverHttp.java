package dev.millrace.prediction.scoring;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.event.EventListener;

/**
 * Sends made-up requests to the service's own port as soon as it is open: the way through HTTP is cold, too. The service is
 * not ready before it has answered them; when they fail it gets ready without.
 */
public final class WarmUpOverHttp {

    private static final Logger LOG = LoggerFactory.getLogger(WarmUpOverHttp.class);

    private static final int ROUNDS = 200;
    private static final Duration LONGEST = Duration.ofSeconds(2);

    private final Endpoints endpoints;
    private final Marker marker;
    private final WarmUpBody bodies;
    private volatile boolean over;

    public WarmUpOverHttp(Endpoints endpoints, Marker marker, WarmUpBody bodies) {
        this.endpoints = endpoints;
        this.marker = marker;
        this.bodies = bodies;
    }

    /** Whether the first caller's request finds a warm service, as far as that can be had. */
    public boolean isOver() {
        return over;
    }

    @EventListener
    void listening(WebServerInitializedEvent event) {
        if ("management".equals(event.getApplicationContext().getServerNamespace())) {
            return;
        }
        try (HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(LONGEST)
                .build()) {
            send(http, event.getWebServer().getPort());
        } catch (IOException | RuntimeException e) {
            LOG.warn("cannot warm up over HTTP, the first requests will be slow: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            over = true;
        }
    }

    private void send(HttpClient http, int port) throws IOException, InterruptedException {
        long end = System.nanoTime() + LONGEST.toNanos();
        Map.Entry<String, String> header = marker.header();
        for (Endpoint endpoint : endpoints.all()) {
            URI uri = URI.create("http://127.0.0.1:" + port + endpoint.serve().path());
            HttpRequest request = HttpRequest.newBuilder(uri)
                    .timeout(LONGEST)
                    .header("Content-Type", "application/json")
                    .header(header.getKey(), header.getValue())
                    .POST(BodyPublishers.ofByteArray(bodies.of(endpoint.serve(), endpoint.rows())))
                    .build();
            for (int i = 0; i < ROUNDS && System.nanoTime() < end; i++) {
                HttpResponse<byte[]> answer = http.send(request, BodyHandlers.ofByteArray());
                // 503 while there is no model, 4xx when the request is made up and breaks a rule.
                if (answer.statusCode() == 500) {
                    throw new IOException(uri + " answered 500");
                }
            }
        }
    }
}
