package dev.millrace.local.server;

import dev.millrace.local.home.Folders;
import dev.millrace.local.home.LocalStackException;
import dev.millrace.local.process.LogTail;
import dev.millrace.local.process.ProcessSpec;
import dev.millrace.local.process.ProcessSpec.StopSignal;
import dev.millrace.local.process.Spawner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** PostgreSQL with one database and one user, both named {@value #NAME}. */
public record PostgresServer(ServerPlace place, String password) implements LocalServer {
    public static final String NAME = "millrace";

    private static final String BINARIES = "postgres-18.6.0";

    /** The line of {@code postmaster.pid} that holds the state of the server. */
    private static final int STATE_LINE = 7;

    @Override
    public Server kind() {
        return Server.POSTGRES;
    }

    @Override
    public void prepare() {
        if (!Files.exists(cluster().resolve(".complete"))) {
            Folders.delete(cluster());
            initialise();
        }
    }

    @Override
    public ProcessSpec process() {
        List<String> line = List.of(
                program("postgres"),
                "-D",
                cluster().toString(),
                "-p",
                Integer.toString(place.port()),
                "-c",
                "listen_addresses=" + ServerPlace.HOST,
                "-c",
                "unix_socket_directories=",
                "-c",
                "max_connections=100",
                "-c",
                "shared_buffers=96MB",
                "-c",
                "max_wal_size=512MB",
                "-c",
                "log_min_messages=warning",
                "-c",
                "timezone=UTC");
        return ProcessSpec.of(kind().id(), line, Map.of("LC_ALL", "C.UTF-8"), place.log())
                .wrappedBy(wrapper())
                .stoppedBy(StopSignal.INT, Duration.ofSeconds(20));
    }

    @Override
    public boolean isReady() {
        Path state = cluster().resolve("postmaster.pid");
        try {
            List<String> lines = Files.exists(state) ? Files.readAllLines(state) : List.of();
            return lines.size() > STATE_LINE
                    && lines.get(STATE_LINE).startsWith("ready")
                    && alive(Long.parseLong(lines.get(0).strip()));
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public Connection.Postgres connection() {
        return new Connection.Postgres("jdbc:postgresql://" + place.address() + "/" + NAME, NAME, password);
    }

    // After a crash the file of the dead process is still there and says that it is ready.
    private static boolean alive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    private void initialise() {
        Path passwordFile = place.data().resolve("password");
        try {
            Files.deleteIfExists(passwordFile);
            Files.createFile(
                    passwordFile, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(passwordFile, password);
            Tool.run(
                    "make a PostgreSQL cluster",
                    wrapped(List.of(
                            program("initdb"),
                            "-D",
                            cluster().toString(),
                            "-U",
                            NAME,
                            "--pwfile=" + passwordFile,
                            "--auth=scram-sha-256",
                            "--encoding=UTF8",
                            "--locale=C.UTF-8",
                            "--no-sync")),
                    place.log());
            Files.delete(passwordFile);
            createDatabase();
            Files.writeString(cluster().resolve(".complete"), "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void createDatabase() throws IOException {
        var builder = new ProcessBuilder(wrapped(
                        List.of(program("postgres"), "--single", "-D", cluster().toString(), "postgres")))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(place.log().toFile()));
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        try (var in = process.outputWriter()) {
            in.write("CREATE DATABASE " + NAME + ";\n");
        }
        try {
            if (process.waitFor() != 0) {
                throw new LocalStackException(
                        "Cannot create the database %s.%n%s".formatted(NAME, LogTail.of(place.log())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalStackException("Interrupted while creating the database", e);
        }
    }

    // A folder of its own below the data: PostgreSQL refuses one that others can read.
    private Path cluster() {
        return place.data().resolve("cluster");
    }

    private String program(String name) {
        String archive = Tool.onArm() ? "/postgres-linux-arm_64.txz" : "/postgres-linux-x86_64.txz";
        return Tool.installed(
                        place.folders(),
                        BINARIES,
                        (folder, log) -> Tool.run(
                                "unpack PostgreSQL",
                                ServersClassPath.java(
                                                "dev.millrace.local.main.Unpack",
                                                List.of(),
                                                List.of(archive, folder.toString()))
                                        .line(),
                                log))
                .resolve("bin")
                .resolve(name)
                .toString();
    }

    private static List<String> wrapped(List<String> command) {
        var line = new ArrayList<>(wrapper());
        line.addAll(command);
        return line;
    }

    // PostgreSQL refuses to run as root. In a user namespace of its own root is nobody, and still owns its files.
    private static List<String> wrapper() {
        boolean root = "root".equals(System.getProperty("user.name"));
        if (root && !Spawner.onPath("unshare")) {
            throw new LocalStackException(
                    "PostgreSQL does not run as root, and unshare (package util-linux) is not here to help: run as another user");
        }
        return root ? List.of("unshare", "-U") : List.of();
    }
}
