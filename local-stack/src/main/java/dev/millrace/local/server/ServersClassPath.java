package dev.millrace.local.server;

import dev.millrace.local.home.LocalStackException;
import dev.millrace.local.process.JavaCommand;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The class path that server processes run on: this module's and nobody else's, whoever uses it. */
final class ServersClassPath {
    private static final String LIST = "/dev/millrace/local/servers.classpath";

    private ServersClassPath() {}

    static JavaCommand java(String mainClass, List<String> flags, List<String> arguments) {
        return new JavaCommand(value(), mainClass, flags, arguments);
    }

    static String value() {
        return ownLocation() + ":" + list();
    }

    private static String list() {
        try (InputStream in = ServersClassPath.class.getResourceAsStream(LIST)) {
            if (in == null) {
                throw new LocalStackException("local-stack was built without " + LIST
                        + ": build it with ./mvnw -pl local-stack process-classes");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path ownLocation() {
        try {
            return Path.of(ServersClassPath.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
