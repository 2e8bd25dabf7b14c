package dev.millrace.prediction.scoring;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
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
    /** A small part of what reading features may take, and the way through HTTP. */
    private static final Duration QUICK = Duration.ofMillis(10);

    private static final int QUICK_ROUNDS = 10;
    /** Of all models together: each has its share of it. */
    private static final Duration LONGEST = Duration.ofSeconds(2);

    private final Endpoints endpoints;
    private final Marker marker;
    private final WarmUpBody bodies;
    private final boolean tls;
    private volatile boolean over;

    /** @param tls whether the port speaks HTTPS */
    public WarmUpOverHttp(Endpoints endpoints, Marker marker, WarmUpBody bodies, boolean tls) {
        this.tls = tls;
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
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(LONGEST);
        try (HttpClient http = tls ? builder.sslContext(ourselves()).build() : builder.build()) {
            send(http, event.getWebServer().getPort());
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            LOG.warn("cannot warm up over HTTP, the first requests will be slow: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            over = true;
        }
    }

    /** It is this process that is called: its certificate is for another name. */
    private static SSLContext ourselves() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Ourselves()}, null);
        return context;
    }

    private static final class Ourselves extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private void send(HttpClient http, int port) throws IOException, InterruptedException {
        long share = LONGEST.toNanos() / Math.max(1, endpoints.all().size());
        Map.Entry<String, String> header = marker.header();
        for (Endpoint endpoint : endpoints.all()) {
            URI uri = URI.create((tls ? "https" : "http") + "://127.0.0.1:" + port
                    + endpoint.serve().path());
            HttpRequest request = HttpRequest.newBuilder(uri)
                    .timeout(LONGEST)
                    .header("Content-Type", "application/json")
                    .header(header.getKey(), header.getValue())
                    .POST(BodyPublishers.ofByteArray(bodies.of(endpoint.serve(), endpoint.rows())))
                    .build();
            long end = System.nanoTime() + share;
            Calm calm = new Calm(QUICK, QUICK_ROUNDS);
            boolean warm = false;
            for (int i = 0; i < ROUNDS && !warm && System.nanoTime() < end; i++) {
                long began = System.nanoTime();
                HttpResponse<byte[]> answer = http.send(request, BodyHandlers.ofByteArray());
                // 503 while there is no model, 4xx when the request is made up and breaks a rule.
                if (answer.statusCode() == 500) {
                    throw new IOException(uri + " answered 500");
                }
                warm = answer.statusCode() == 200 && calm.after(System.nanoTime() - began);
            }
        }
    }
}
