package dev.millrace.bench.features;

import com.sun.management.ThreadMXBean;
import dev.millrace.feature.View;
import dev.millrace.feature.state.Block;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;

/** How a block's size, a fold and a read grow: with an entity's events, with its windows, with the number of entities. */
final class Growth {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int FOLDS = 400_000;
    private static final int READS = 20_000;
    private static final List<String> WINDOWS = List.of("10h", "1d", "2d", "7d", "30d", "3d", "4d", "5d", "10d", "20d");

    private record Row(int entities, int windows, int perDay, double foldNanos, double readMicros, int bytes) {}

    void print() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (int perDay : List.of(1, 10, 100, 1_000, 3_000)) {
            rows.add(measure(1_000, 5, perDay));
        }
        List<Row> byEvents = List.copyOf(rows);
        for (int windows : List.of(1, 2, 5, 10)) {
            rows.add(measure(1_000, windows, 144));
        }
        for (int entities : List.of(100, 1_000, 10_000)) {
            rows.add(measure(entities, 5, 144));
        }
        System.out.println(
                "| entities | windows | events a day of an entity | fold, ns of CPU | read of 5 aggregates, us of CPU | block, bytes |");
        System.out.println("|---|---|---|---|---|---|");
        for (Row row : rows) {
            System.out.printf(
                    "| %,d | %d | %,d | %,.0f | %.1f | %,d |%n",
                    row.entities(), row.windows(), row.perDay(), row.foldNanos(), row.readMicros(), row.bytes());
        }
        draw(byEvents);
    }

    private static Row measure(int entities, int windows, int perDay) {
        View view = Readings.view(WINDOWS.subList(0, windows));
        long interval = Duration.ofDays(1).toMillis() / perDay;
        Fleet fleet = new Fleet(view, entities, interval, Duration.ofDays(31).toMillis());
        int bytes = fleet.any().toBytes().length;
        for (int i = 0; i < FOLDS; i++) {
            var event = fleet.next();
            fleet.device().fold(event);
        }
        long spent = 0;
        for (int done = 0; done < FOLDS; ) {
            var events = new dev.millrace.feature.state.ProjectedEvent[10_000];
            Block[] blocks = new Block[events.length];
            for (int i = 0; i < events.length; i++) {
                events[i] = fleet.next();
                blocks[i] = fleet.device();
            }
            long before = THREADS.getCurrentThreadCpuTime();
            for (int i = 0; i < events.length; i++) {
                blocks[i].fold(events[i]);
            }
            spent += THREADS.getCurrentThreadCpuTime() - before;
            done += events.length;
        }
        double read = 0;
        for (int round = 0; round < 2; round++) {
            long before = THREADS.getCurrentThreadCpuTime();
            for (int i = 0; i < READS; i++) {
                view.read(fleet.any(), fleet.time());
            }
            read = (THREADS.getCurrentThreadCpuTime() - before) / 1e3 / READS;
        }
        return new Row(entities, windows, perDay, (double) spent / FOLDS, read, bytes);
    }

    private static void draw(List<Row> rows) throws IOException {
        XYChart chart = new XYChartBuilder()
                .width(800)
                .height(500)
                .title("A block of five aggregates over five windows of sixty tiles")
                .xAxisTitle("events a day of one entity")
                .yAxisTitle("bytes, ns")
                .build();
        chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true);
        List<Integer> perDay = rows.stream().map(Row::perDay).toList();
        chart.addSeries("block, bytes", perDay, rows.stream().map(Row::bytes).toList());
        chart.addSeries("fold, ns", perDay, rows.stream().map(Row::foldNanos).toList());
        chart.addSeries(
                "read of 25 features, ns",
                perDay,
                rows.stream().map(row -> row.readMicros() * 1_000).toList());
        Path picture = Path.of(System.getProperty("millrace.root", "."), "docs", "feature-growth.png");
        BitmapEncoder.saveBitmap(chart, picture.toString(), BitmapEncoder.BitmapFormat.PNG);
        System.out.println("Drawn: " + picture);
    }
}
