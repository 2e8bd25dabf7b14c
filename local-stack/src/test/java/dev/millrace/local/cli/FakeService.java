package dev.millrace.local.cli;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** Stands for a service of the platform while the command is tested: healthy, idle, and always of one mind. */
public final class FakeService {
    private FakeService() {}

    /** Listens where the environment says. */
    public static void start() throws IOException {
        int port = Integer.parseInt(System.getenv("SERVER_PORT"));
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/", exchange -> {
            String answer = switch (exchange.getRequestURI().getPath()) {
                case "/metrics" -> "kafka_consumer_lag{partition=\"0\"} 0.0\nlake_lag 0.0\n";
                case "/predict" -> "{\"rain\":1}";
                default -> "ok";
            };
            exchange.sendResponseHeaders(200, answer.length());
            exchange.getResponseBody().write(answer.getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
        server.start();
    }
}
