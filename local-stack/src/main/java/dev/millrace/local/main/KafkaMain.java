package dev.millrace.local.main;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;

/** The Kafka process: formats its log folder when it is new, starts, and says that it is ready by making a file. */
public final class KafkaMain {
    private KafkaMain() {}

    public static void main(String[] arguments) throws Exception {
        Path settings = Path.of(arguments[0]);
        Path ready = Path.of(arguments[1]);
        var properties = new Properties();
        try (var reader = Files.newBufferedReader(settings)) {
            properties.load(reader);
        }
        format(settings, Path.of(properties.getProperty("log.dirs")));
        var server = new KafkaRaftServer(KafkaConfig.fromProps(properties), Time.SYSTEM);
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown, "kafka-shutdown"));
        server.startup();
        Files.writeString(ready, Long.toString(ProcessHandle.current().pid()));
        server.awaitShutdown();
    }

    private static void format(Path settings, Path logs) {
        if (Files.exists(logs.resolve("meta.properties"))) {
            return;
        }
        int code = StorageTool.execute(
                new String[] {
                    "format",
                    "--cluster-id",
                    Uuid.randomUuid().toString(),
                    "--config",
                    settings.toString(),
                    "--ignore-formatted"
                },
                System.out);
        if (code != 0) {
            throw new IllegalStateException("Cannot format the log folder " + logs + ": code " + code + ", see above");
        }
    }
}
