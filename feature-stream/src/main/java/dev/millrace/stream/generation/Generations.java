package dev.millrace.stream.generation;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.stream.lane.Beginning;
import dev.millrace.stream.lane.CheckpointId;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
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
        FileSystem files = files();
        for (int number : numbers(files).reversed()) {
            Path file = new Path(root(), number + "/" + FILE);
            if (files.exists(file)) {
                try (FSDataInputStream in = files.open(file)) {
                    return Optional.of(JSON.readValue(in.readAllBytes(), Generation.class));
                }
            }
        }
        return Optional.empty();
    }

    /** In ascending order, those that are still made among them. */
    private List<Integer> numbers(FileSystem files) throws IOException {
        Path root = new Path(root());
        if (!files.exists(root)) {
            return List.of();
        }
        return Arrays.stream(files.listStatus(root))
                .map(status -> status.getPath().getName())
                .filter(name -> name.matches("\\d{1,9}"))
                .map(Integer::parseInt)
                .sorted()
                .toList();
    }

    private FileSystem files() throws IOException {
        return new Path(root()).getFileSystem(hadoop);
    }

    /** The numbers of those that ran before this one, the last first: several may have been made and never run. */
    public List<Integer> ranBefore(Generation running) throws IOException {
        List<Integer> ran = new ArrayList<>();
        for (int number : numbers(files()).reversed()) {
            if (number < running.number() && CheckpointId.isMade(checkpoint(number), hadoop)) {
                ran.add(number);
            }
        }
        return ran;
    }

    /**
     * Removes what no stream will run again: the generations before the one that runs and the one that ran before that, whose
     * last offsets it goes by. Of the first, whose checkpoint is the configured one, only what lies here.
     */
    public void removeBefore(Generation running) throws IOException {
        FileSystem files = files();
        int kept = ranBefore(running).stream().findFirst().orElse(running.number());
        for (int number : numbers(files)) {
            Path folder = new Path(root(), Integer.toString(number));
            if (number < kept && !files.delete(folder, true)) {
                throw new IOException("Cannot remove " + folder);
            }
        }
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
