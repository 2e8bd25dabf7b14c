package dev.millrace.local.up;

import dev.millrace.local.home.LocalStackException;
import dev.millrace.local.server.Server;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The port of everything that listens; each can be moved by an environment variable such as {@code MILLRACE_PORT_KAFKA}. */
public record Ports(Map<String, Integer> byName) {
    public static final String KAFKA_CONTROLLER = "kafka-controller";

    private static final Map<String, Integer> DEFAULTS = defaults();

    public static Ports from(Map<String, String> environment) {
        var ports = new LinkedHashMap<String, Integer>();
        var problems = new ArrayList<String>();
        DEFAULTS.forEach((name, port) -> {
            String given = environment.get(variable(name));
            ports.put(name, given == null ? port : parse(name, given, problems));
        });
        if (!problems.isEmpty()) {
            throw new LocalStackException(String.join("\n", problems));
        }
        return new Ports(ports);
    }

    public int of(String name) {
        Integer port = byName.get(name);
        if (port == null) {
            throw new IllegalArgumentException("no port is named " + name + ": expected one of " + byName.keySet());
        }
        return port;
    }

    public static String variable(String name) {
        return "MILLRACE_PORT_" + name.replace('-', '_').toUpperCase(Locale.ROOT);
    }

    private static int parse(String name, String given, List<String> problems) {
        int port = given.matches("\\d{1,5}") ? Integer.parseInt(given) : 0;
        if (port < 1 || port > 65_535) {
            problems.add("%s is \"%s\": expected a port from 1 to 65535".formatted(variable(name), given));
        }
        return port;
    }

    private static Map<String, Integer> defaults() {
        var ports = new LinkedHashMap<String, Integer>();
        ports.put(Platform.PREDICTION, 8000);
        ports.put(Platform.INGESTION, 8001);
        ports.put(Platform.STREAM, 8002);
        for (var server : Server.values()) {
            ports.put(server.id(), server.defaultPort());
        }
        ports.put(KAFKA_CONTROLLER, 9093);
        return ports;
    }
}
