package dev.millrace.local.server;

import dev.millrace.local.process.JavaCommand;
import dev.millrace.local.process.ProcessSpec;
import dev.millrace.local.process.ProcessSpec.StopSignal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** One Kafka broker that is its own controller (KRaft). Topics are made by who writes them, never by themselves. */
public record KafkaServer(ServerPlace place, int controllerPort) implements LocalServer {
    private static final List<String> FLAGS = List.of(
            "-Xms128m",
            "-Xmx512m",
            "-XX:+UseSerialGC",
            JavaCommand.PLAIN_MACHINE_CODE,
            "-XX:+ExitOnOutOfMemoryError",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX");

    @Override
    public Server kind() {
        return Server.KAFKA;
    }

    @Override
    public void prepare() {
        String settings = """
                process.roles=broker,controller
                node.id=1
                controller.quorum.voters=1@%1$s:%2$d
                listeners=PLAINTEXT://%1$s:%3$d,CONTROLLER://%1$s:%2$d
                advertised.listeners=PLAINTEXT://%1$s:%3$d
                controller.listener.names=CONTROLLER
                log.dirs=%4$s
                auto.create.topics.enable=false
                offsets.topic.replication.factor=1
                offsets.topic.num.partitions=4
                transaction.state.log.replication.factor=1
                transaction.state.log.min.isr=1
                transaction.state.log.num.partitions=4
                share.coordinator.state.topic.replication.factor=1
                share.coordinator.state.topic.min.isr=1
                group.initial.rebalance.delay.ms=0
                log.segment.bytes=134217728
                log.cleaner.dedupe.buffer.size=16777216
                broker.session.timeout.ms=3000
                broker.heartbeat.interval.ms=500
                """.formatted(
                ServerPlace.HOST, controllerPort, place.port(), place.data().resolve("log"));
        try {
            Files.writeString(settings(), settings);
            Files.deleteIfExists(readyFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public ProcessSpec process() {
        List<String> line = ServersClassPath.java(
                        "dev.millrace.local.main.KafkaMain",
                        FLAGS,
                        List.of(settings().toString(), readyFile().toString()))
                .line();
        return ProcessSpec.of(kind().id(), line, Map.of(), place.log())
                .stoppedBy(StopSignal.TERM, Duration.ofSeconds(20));
    }

    @Override
    public boolean isReady() {
        return Files.exists(readyFile());
    }

    @Override
    public Connection.Kafka connection() {
        return new Connection.Kafka(place.address());
    }

    private Path settings() {
        return place.data().resolve("server.properties");
    }

    private Path readyFile() {
        return place.data().resolve("ready");
    }
}
