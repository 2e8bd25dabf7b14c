package dev.millrace.local.server;

import dev.millrace.local.home.Folders;
import java.nio.file.Path;

/** The folders and the port of one server. */
public record ServerPlace(Server kind, Folders folders, int port) {
    static final String HOST = "127.0.0.1";

    public ServerPlace {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port of " + kind.title() + " is " + port + ": expected 1 to 65535");
        }
    }

    Path data() {
        return Folders.made(folders.data().resolve(kind.id()));
    }

    Path log() {
        return folders.log(kind.id());
    }

    String address() {
        return HOST + ":" + port;
    }
}
