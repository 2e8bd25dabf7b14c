package dev.millrace.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a benchmark has measured so far. Each figure is printed at once, too: the rest may take long. */
public final class Figures {
    private final List<Figure> all = new ArrayList<>();

    public void add(Figure figure) {
        all.add(figure);
        System.out.println(figure);
    }

    /**
     * Prints all of them.
     *
     * @param json where the JSON goes instead of the last line
     */
    public void print(String bench, @Nullable Path json) throws IOException {
        new BenchReport(bench, all).print(json);
    }
}
