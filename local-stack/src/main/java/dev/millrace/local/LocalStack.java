package dev.millrace.local;

import dev.millrace.local.home.Folders;
import dev.millrace.local.home.LocalStackException;
import dev.millrace.local.home.Secrets;
import dev.millrace.local.process.Network;
import dev.millrace.local.server.Connection;
import dev.millrace.local.server.KafkaServer;
import dev.millrace.local.server.LocalServer;
import dev.millrace.local.server.MlflowServer;
import dev.millrace.local.server.PostgresServer;
import dev.millrace.local.server.PythonEnvironment;
import dev.millrace.local.server.RedisServer;
import dev.millrace.local.server.S3Server;
import dev.millrace.local.server.Server;
import dev.millrace.local.server.ServerPlace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Real servers for tests, each a process of its own on a free port of 127.0.0.1, with its data in a temporary folder.
 *
 * <p>{@link #shared} starts each server once per JVM; tests keep apart by names (topics, databases, buckets) of their
 * own. A test that breaks a server takes one of its own with {@link #own} and closes it. No server outlives the JVM.
 */
public final class LocalStack implements AutoCloseable {
    private static @Nullable LocalStack shared;

    private final Folders folders;
    private final Secrets secrets = Secrets.generate();
    private final Map<Server, RunningServer> servers = new EnumMap<>(Server.class);

    private LocalStack() {
        try {
            this.folders = Folders.standard().at(Files.createTempDirectory("millrace-"));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot make a temporary folder", e);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "millrace-local-stack"));
    }

    /** The stack of this JVM, with at least these servers running. */
    public static synchronized LocalStack shared(Server... wanted) {
        if (shared == null) {
            shared = new LocalStack();
        }
        shared.start(List.of(wanted));
        return shared;
    }

    /** A stack that nobody else uses. */
    public static LocalStack own(Server... wanted) {
        var stack = new LocalStack();
        stack.start(List.of(wanted));
        return stack;
    }

    /** The Python with MLflow and XGBoost that a model package is loaded with; installed when it is not there. */
    public static Path python() {
        return PythonEnvironment.in(Folders.standard()).python();
    }

    public Connection.Kafka kafka() {
        return ((KafkaServer) running(Server.KAFKA).server()).connection();
    }

    public Connection.Postgres postgres() {
        return ((PostgresServer) running(Server.POSTGRES).server()).connection();
    }

    public Connection.Redis redis() {
        return ((RedisServer) running(Server.REDIS).server()).connection();
    }

    public Connection.S3 s3() {
        return ((S3Server) running(Server.S3).server()).connection();
    }

    public Connection.Mlflow mlflow() {
        return ((MlflowServer) running(Server.MLFLOW).server()).connection();
    }

    /** The environment of a process that uses the servers that were started. */
    public synchronized Map<String, String> environment() {
        var all = new HashMap<String, String>();
        servers.values()
                .forEach(server -> all.putAll(server.server().connection().environment()));
        return Map.copyOf(all);
    }

    /** The process id of a running server. */
    public long pid(Server server) {
        return running(server).running().pid();
    }

    public boolean isRunning(Server server) {
        return running(server).isRunning();
    }

    /** Starts a stopped or killed server again, on its port and its data. */
    public void start(Server server) {
        running(server).start();
    }

    /** Ends it in good order. */
    public void stop(Server server) {
        running(server).stop();
    }

    /** Ends it as a crash would: kill -9. */
    public void kill(Server server) {
        running(server).running().kill();
    }

    /** Freezes it: connections stay open and nothing is answered, as behind a broken network. */
    public void pause(Server server) {
        running(server).running().pause();
    }

    /** Lets it go on after {@link #pause}. */
    public void resume(Server server) {
        running(server).running().resume();
    }

    /** Stops and starts it, on its port and its data. */
    public void restart(Server server) {
        stop(server);
        start(server);
    }

    /** Stops all servers and deletes their data. */
    @Override
    public synchronized void close() {
        inParallel(servers.values(), RunningServer::stop);
        servers.clear();
        Folders.delete(folders.home());
    }

    private synchronized RunningServer running(Server server) {
        RunningServer found = servers.get(server);
        if (found == null) {
            throw new LocalStackException(
                    "%s was not asked for: name it in LocalStack.shared(…) or own(…)".formatted(server.title()));
        }
        return found;
    }

    private synchronized void start(List<Server> wanted) {
        var fresh = new ArrayList<RunningServer>();
        for (Server server : wanted) {
            if (!servers.containsKey(server)) {
                var running = new RunningServer(define(server));
                servers.put(server, running);
                fresh.add(running);
            }
        }
        inParallel(fresh, RunningServer::start);
    }

    private LocalServer define(Server server) {
        var place = new ServerPlace(server, folders, Network.freePort());
        return switch (server) {
            case KAFKA -> new KafkaServer(place, Network.freePort());
            case POSTGRES -> new PostgresServer(place, secrets.postgresPassword());
            case REDIS -> new RedisServer(place);
            case S3 -> new S3Server(place, secrets.s3AccessKey(), secrets.s3SecretKey());
            case MLFLOW -> new MlflowServer(place);
        };
    }

    private static void inParallel(Collection<RunningServer> servers, Consumer<RunningServer> action) {
        try (var threads =
                Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
            List<Future<?>> all = new ArrayList<>();
            servers.forEach(server -> all.add(threads.submit(() -> action.accept(server))));
            for (Future<?> one : all) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof LocalStackException known
                    ? known
                    : new LocalStackException(String.valueOf(e.getCause()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalStackException("Interrupted while starting or stopping servers", e);
        }
    }
}
