package dev.millrace.local.main;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Copies a program of the class path into a file that can be run: {@code CopyResource RESOURCE FILE}. */
public final class CopyResource {
    private CopyResource() {}

    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[1]);
        try (InputStream in = CopyResource.class.getResourceAsStream(arguments[0])) {
            if (in == null) {
                throw new IOException(
                        "No " + arguments[0] + " on the class path: is this kind of processor supported?");
            }
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.copy(in, file);
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
