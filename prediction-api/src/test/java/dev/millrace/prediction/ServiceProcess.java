package dev.millrace.prediction;

import dev.millrace.local.home.LocalStackException;
import dev.millrace.local.process.JavaCommand;
import dev.millrace.local.process.Network;
import dev.millrace.local.process.ProcessSpec;
import dev.millrace.local.process.RunningProcess;
import dev.millrace.local.process.Spawner;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The service as a process of its own, of the classes that the test has. */
record ServiceProcess(RunningProcess running, URI url) implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(60);

    /** Longer than an orderly end takes on a busy machine. */
    private static final Duration END = Duration.ofSeconds(30);

    /** Waits until it is ready. */
    static ServiceProcess start(Map<String, String> settings, Path log) {
        int port = Network.freePort();
        Map<String, String> environment = new HashMap<>(settings);
        environment.put("SERVER_PORT", Integer.toString(port));
        List<String> flags = new ArrayList<>(List.of("-Xms256m", "-Xmx384m", "-XX:+UseSerialGC"));
        flags.addAll(JavaCommand.platformFlags());
        JavaCommand command =
                new JavaCommand(System.getProperty("java.class.path"), PredictionApi.class.getName(), flags, List.of());
        RunningProcess running = Spawner.start(ProcessSpec.of("prediction-api", command.line(), environment, log)
                .stoppedBy(ProcessSpec.StopSignal.TERM, END));
        ServiceProcess service = new ServiceProcess(running, URI.create("http://127.0.0.1:" + port));
        try {
            running.awaitReady(service::isReady, START);
        } catch (LocalStackException e) {
            running.kill();
            throw e;
        }
        return service;
    }

    boolean isReady() {
        return Network.status(url + "/health/readiness") == 200;
    }

    @Override
    public void close() {
        running.stop();
    }
}
