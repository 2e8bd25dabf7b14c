package dev.millrace.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;

/** The real file that a use case is measured with: its {@code example.json} names it below the folder of the data sets. */
public final class DataFile {
    private DataFile() {}

    /**
     * @param root of the repository, beside which the data sets lie unless {@code MILLRACE_DATA} says where
     * @param useCase the folder of its definitions
     * @return a file that may not be there
     */
    public static Path of(Path root, Path useCase) throws IOException {
        String folder = System.getenv("MILLRACE_DATA");
        String name = new ObjectMapper()
                .readTree(useCase.resolve("example.json").toFile())
                .path("data")
                .textValue();
        return (folder == null ? root.resolve("../shared/data") : Path.of(folder))
                .resolve(name)
                .normalize();
    }
}
