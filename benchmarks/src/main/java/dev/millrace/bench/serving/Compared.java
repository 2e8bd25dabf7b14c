package dev.millrace.bench.serving;

import dev.millrace.bench.Figure;
import dev.millrace.bench.Figures;
import dev.millrace.local.load.HttpLoad;
import dev.millrace.prediction.scoring.BatchServlet;
import java.io.IOException;
import java.net.URI;

/**
 * What one more version costs that scores every request and answers none, the champion's own trees: of requests alone, between
 * two of which the processor does much else, and of the rows of batches, where its caches hold the trees.
 */
record Compared(MeasuredService service, Requests requests, URI registry, Figures figures) {
    private static final int PER_SECOND = 2_000;
    /** A second: as many rows as the decision log takes. */
    private static final int BATCHES = 10;

    void measure() throws IOException, InterruptedException {
        double alone = keepMicros();
        rowMicros();
        double row = rowMicros();
        try (Shadow shadow = new Shadow(service.url(), registry, MeasuredService.HEADERS)) {
            keepMicros();
            figures.add(Figure.plain("compared_version_us", keepMicros() - alone, "us"));
            rowMicros();
            figures.add(Figure.plain("compared_version_us_in_batch", rowMicros() - row, "us"));
        }
    }

    /** What an answer takes after it was written. */
    private double keepMicros() throws IOException {
        Stages before = Stages.of(service);
        new HttpLoad(service.url(), Load.CONNECTIONS)
                .open(PER_SECOND, Load.MEASURED, requests.predictions(service.url()));
        return Stages.of(service).since(before).getOrDefault("keep", Double.NaN);
    }

    /** What a row of a batch takes, the median. */
    private double rowMicros() throws IOException {
        return new HttpLoad(service.url(), 1)
                        .open(BATCHES, Load.MEASURED, requests.batches(service.url()))
                        .millis(50)
                * 1_000
                / BatchServlet.MOST_ROWS;
    }
}
