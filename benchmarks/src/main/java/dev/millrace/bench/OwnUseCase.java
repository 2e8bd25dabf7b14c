package dev.millrace.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A use case that something is measured with, from the resources.
 *
 * @param files of it, relative to its folder
 */
public record OwnUseCase(String name, List<String> files) {

    public OwnUseCase {
        files = List.copyOf(files);
    }

    /** A folder of use cases that holds it, new and temporary. */
    public Path folder() {
        try {
            Path folder = Files.createTempDirectory("millrace-bench");
            for (String file : files) {
                Path copy = folder.resolve(name).resolve(file);
                Files.createDirectories(copy.getParent());
                String resource = "/use-cases/" + name + "/" + file;
                try (InputStream in = OwnUseCase.class.getResourceAsStream(resource)) {
                    if (in == null) {
                        throw new IllegalStateException("There is no resource " + resource);
                    }
                    Files.copy(in, copy);
                }
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
