package dev.millrace.local.server;

import dev.millrace.local.home.Folders;
import dev.millrace.local.process.JavaCommand;
import dev.millrace.local.process.Network;
import dev.millrace.local.process.ProcessSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

/** An S3 server over plain files: a bucket is a folder. */
public record S3Server(ServerPlace place, String accessKey, String secretKey) implements LocalServer {
    private static final String REGION = "us-east-1";
    private static final List<String> FLAGS = List.of(
            "-Xms32m",
            "-Xmx192m",
            "-XX:+UseSerialGC",
            JavaCommand.PLAIN_MACHINE_CODE,
            "-XX:+ExitOnOutOfMemoryError",
            // It sends its standard error to its logger, which must not send it back.
            "-Dorg.slf4j.simpleLogger.logFile=System.out",
            "-Dorg.slf4j.simpleLogger.cacheOutputStream=true",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");

    @Override
    public Server kind() {
        return Server.S3;
    }

    @Override
    public void prepare() {
        String settings = """
                s3proxy.endpoint=http://%s
                s3proxy.authorization=aws-v2-or-v4
                s3proxy.identity=%s
                s3proxy.credential=%s
                jclouds.provider=filesystem-nio2
                jclouds.filesystem.basedir=%s
                """.formatted(
                place.address(), accessKey, secretKey, Folders.made(place.data().resolve("buckets")));
        try {
            Files.deleteIfExists(settings());
            Files.createFile(
                    settings(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(settings(), settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public ProcessSpec process() {
        List<String> line = ServersClassPath.java(
                        "org.gaul.s3proxy.Main",
                        FLAGS,
                        List.of("--properties", settings().toString()))
                .line();
        return ProcessSpec.of(kind().id(), line, Map.of(), place.log());
    }

    // Without a signature it refuses, which is an answer.
    @Override
    public boolean isReady() {
        return Network.status(connection().endpoint()) != 0;
    }

    @Override
    public Connection.S3 connection() {
        return new Connection.S3("http://" + place.address(), accessKey, secretKey, REGION);
    }

    private Path settings() {
        return place.data().resolve("s3proxy.properties");
    }
}
