package dev.millrace.local.server;

import dev.millrace.local.process.Network;
import dev.millrace.local.process.ProcessSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Redis that appends every write to a file, so that a restart keeps all but the last second. */
public record RedisServer(ServerPlace place) implements LocalServer {
    private static final String BINARY = "redis-6.2";
    private static final String PONG = "+PONG";

    @Override
    public Server kind() {
        return Server.REDIS;
    }

    @Override
    public void prepare() {
        program();
    }

    @Override
    public ProcessSpec process() {
        List<String> line = List.of(
                program().toString(),
                "--bind",
                ServerPlace.HOST,
                "--port",
                Integer.toString(place.port()),
                "--dir",
                place.data().toString(),
                "--appendonly",
                "yes",
                "--appendfsync",
                "everysec",
                "--save",
                "",
                "--daemonize",
                "no");
        return ProcessSpec.of(kind().id(), line, Map.of(), place.log());
    }

    // While it reads its file back it answers -LOADING.
    @Override
    public boolean isReady() {
        return PONG.equals(Network.exchange(place.port(), "PING\r\n", PONG.length()));
    }

    @Override
    public Connection.Redis connection() {
        return new Connection.Redis("redis://" + place.address());
    }

    private Path program() {
        String resource = Tool.onArm() ? "/redis-server-6.2.7-linux-arm64" : "/redis-server-6.2.6-v5-linux-amd64";
        return Tool.installed(
                        place.folders(),
                        BINARY,
                        (folder, log) -> Tool.run(
                                "unpack Redis",
                                ServersClassPath.java(
                                                "dev.millrace.local.main.CopyResource",
                                                List.of(),
                                                List.of(
                                                        resource,
                                                        folder.resolve("redis-server")
                                                                .toString()))
                                        .line(),
                                log))
                .resolve("redis-server");
    }
}
