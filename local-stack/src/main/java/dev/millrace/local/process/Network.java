package dev.millrace.local.process;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Small questions to ports of this machine. */
public final class Network {
    private static final int TIMEOUT_MILLIS = 1_000;

    /**
     * To below 32,768, from where on Linux takes the ports of outgoing connections: one of those could have the port before the
     * server does that it was chosen for.
     */
    private static final int FIRST_PORT = 10_000;

    private static final int PORTS = 22_000;

    private static final AtomicInteger NEXT =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(PORTS));

    private Network() {}

    /** A port that nobody listens on now, each time another one. */
    public static int freePort() {
        for (int i = 0; i < PORTS; i++) {
            int port = FIRST_PORT + Math.floorMod(NEXT.getAndIncrement(), PORTS);
            if (isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException(
                "No free port on 127.0.0.1 from %d to %d".formatted(FIRST_PORT, FIRST_PORT + PORTS - 1));
    }

    /** Whether a server could listen on {@code port}. */
    public static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Sends {@code request} and returns what comes first, up to {@code length} bytes; empty when nothing answers. */
    public static String exchange(int port, String request, int length) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readNBytes(length), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            return "";
        }
    }

    /** The status of a GET; 0 when nothing answers. */
    public static int status(String url) {
        try {
            HttpURLConnection connection = open(url);
            try {
                return connection.getResponseCode();
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            return 0;
        }
    }

    /** The body of a GET that answered 200. */
    public static Optional<String> body(String url) {
        try {
            HttpURLConnection connection = open(url);
            try (var in = connection.getInputStream()) {
                return connection.getResponseCode() == 200
                        ? Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                        : Optional.empty();
            }
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static HttpURLConnection open(String url) throws IOException {
        var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        return connection;
    }
}
