package dev.millrace.local;

import dev.millrace.local.home.LocalStackException;
import dev.millrace.local.process.RunningProcess;
import dev.millrace.local.process.Spawner;
import dev.millrace.local.server.LocalServer;
import org.jspecify.annotations.Nullable;

/** A server and its present process, if it has one. */
final class RunningServer {
    private final LocalServer server;
    private @Nullable RunningProcess process;

    RunningServer(LocalServer server) {
        this.server = server;
    }

    LocalServer server() {
        return server;
    }

    synchronized boolean isRunning() {
        return process != null && process.isAlive();
    }

    synchronized void start() {
        if (isRunning()) {
            throw new LocalStackException(server.kind().title() + " runs already: stop or kill it first");
        }
        server.prepare();
        process = Spawner.start(server.process());
        process.awaitReady(server::isReady, server.patience());
    }

    synchronized void stop() {
        if (process != null) {
            process.stop();
        }
    }

    synchronized RunningProcess running() {
        if (process == null || !process.isAlive()) {
            throw new LocalStackException(server.kind().title() + " does not run: start it first");
        }
        return process;
    }
}
