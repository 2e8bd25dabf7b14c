package dev.millrace.stream.generation;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.stream.lane.Beginning;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The generations of one stream: {@code CHECKPOINT.generations/NUMBER/generation.json}, which is written last, beside what
 * the generation starts from and its checkpoint.
 */
public final class Generations {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FILE = "generation.json";

    private final String base;
    private final Configuration hadoop;

    /** @param base the configured checkpoint */
    public Generations(String base, Configuration hadoop) {
        this.base = base;
        this.hadoop = hadoop;
    }

    private String root() {
        return base + ".generations";
    }

    /** The first has the configured checkpoint itself. */
    public String checkpoint(int number) {
        return number == 0 ? base : root() + "/" + number + "/checkpoint";
    }

    public Beginning beginning(Generation generation) {
        return generation.number() == 0
                ? Beginning.OF_ALL
                : new Beginning(generation.offsets(), initial(generation.number()));
    }

    String initial(int number) {
        return root() + "/" + number + "/initial";
    }

    /** The last one that is ready to run. */
    public Optional<Generation> newest() throws IOException {
        Path root = new Path(root());
        FileSystem files = root.getFileSystem(hadoop);
        if (!files.exists(root)) {
            return Optional.empty();
        }
        int[] numbers = Arrays.stream(files.listStatus(root))
                .map(FileStatus::getPath)
                .filter(path -> path.getName().matches("\\d{1,9}"))
                .mapToInt(path -> Integer.parseInt(path.getName()))
                .sorted()
                .toArray();
        for (int i = numbers.length - 1; i >= 0; i--) {
            Path file = new Path(root, numbers[i] + "/" + FILE);
            if (files.exists(file)) {
                try (FSDataInputStream in = files.open(file)) {
                    return Optional.of(JSON.readValue(in.readAllBytes(), Generation.class));
                }
            }
        }
        return Optional.empty();
    }

    /** Makes it the newest: a running stream takes it over. */
    public void publish(Generation generation) throws IOException {
        Path file = new Path(root(), generation.number() + "/" + FILE);
        Path written = file.suffix(".new");
        FileSystem files = file.getFileSystem(hadoop);
        try (OutputStream out = files.create(written, true)) {
            out.write(JSON.writeValueAsBytes(generation));
        }
        if (!files.rename(written, file)) {
            throw new IOException("Cannot rename " + written + " to " + file);
        }
    }
}
