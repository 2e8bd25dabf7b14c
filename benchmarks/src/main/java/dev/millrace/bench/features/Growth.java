package dev.millrace.bench.features;

import com.sun.management.ThreadMXBean;
import dev.millrace.bench.features.Readings.Resolution;
import dev.millrace.feature.View;
import dev.millrace.feature.state.Block;
import dev.millrace.feature.state.BlockShape;
import dev.millrace.feature.state.LayeredBlock;
import dev.millrace.feature.state.ProjectedEvent;
import dev.millrace.feature.state.Served;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;

/**
 * How a block's size, a fold, a read and a batch grow: with an entity's events, with its windows, with the number of entities.
 * Times are of the thread's own processor time.
 */
final class Growth {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int DAYS = 30;
    private static final long STEADY = Duration.ofDays(DAYS + 1).toMillis();
    private static final int CHUNK = 10_000;
    private static final int FOLDS = 400_000;
    private static final List<String> WINDOWS = List.of("10h", "1d", "2d", "7d", "30d", "3d", "4d", "5d", "10d", "20d");
    private static final int USUAL_PER_DAY = 144;

    /** What is varied. */
    private record Case(Resolution resolution, int entities, int windows, int perDay) {
        int events() {
            return perDay * DAYS;
        }
    }

    /**
     * @param kept bytes in the stream's state
     * @param served bytes in Redis
     * @param batchMicros out of the state's bytes, one event, back into bytes, and those that are served
     * @param layered the same as the stream does it: what changes apart from the rest
     */
    private record Row(
            Case of, double foldNanos, double readMicros, double batchMicros, int kept, int served, Layered layered) {}

    /**
     * @param batchMicros of one event's batch
     * @param kept bytes that it writes to the state
     * @param served bytes that it writes to Redis
     */
    private record Layered(double batchMicros, int kept, int served) {}

    void print() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (Resolution resolution : Resolution.values()) {
            for (int perDay : List.of(4, 34, 334, 3_334)) {
                rows.add(measure(new Case(resolution, perDay > 1_000 ? 20 : 200, 5, perDay)));
            }
        }
        List<Row> byEvents = List.copyOf(rows);
        for (int windows : List.of(1, 2, 5, 10)) {
            rows.add(measure(new Case(Resolution.RELATIVE, 1_000, windows, USUAL_PER_DAY)));
        }
        for (int entities : List.of(100, 1_000, 10_000, 20_000)) {
            rows.add(measure(new Case(Resolution.RELATIVE, entities, 5, USUAL_PER_DAY)));
        }
        System.out.println("| windows move by | entities | windows | events of an entity in 30 days | fold, ns | "
                + "read of 5 aggregates, us | kept, bytes | served, bytes | a batch of one event, us "
                + "| in layers, us | state written, bytes | Redis written, bytes |");
        System.out.println("|---|---|---|---|---|---|---|---|---|---|---|---|");
        for (Row row : rows) {
            System.out.printf(
                    "| %s | %,d | %d | %,d | %,.0f | %,.1f | %,d | %,d | %,.0f | %,.0f | %,d | %,d |%n",
                    row.of().resolution().text(),
                    row.of().entities(),
                    row.of().windows(),
                    row.of().events(),
                    row.foldNanos(),
                    row.readMicros(),
                    row.kept(),
                    row.served(),
                    row.batchMicros(),
                    row.layered().batchMicros(),
                    row.layered().kept(),
                    row.layered().served());
        }
        draw(byEvents);
    }

    private static Row measure(Case of) {
        View view = Readings.view(WINDOWS.subList(0, of.windows()), of.resolution());
        long interval = Duration.ofDays(1).toMillis() / of.perDay();
        Fleet fleet = new Fleet(view, of.entities(), interval, STEADY);
        byte[] kept = fleet.any().toBytes();
        int served = fleet.any().toServedBytes().length;
        int reads = Math.max(20, 20_000_000 / (kept.length + 1_000));
        double batch = 0;
        double read = 0;
        // The first round warms up.
        for (int round = 0; round < 2; round++) {
            batch = microsOf(reads / 2, () -> {
                Block block = view.shape().read(kept);
                block.fold(fleet.next());
                block.toBytes();
                block.toServedBytes();
            });
            read = microsOf(reads, () -> view.read(fleet.any(), fleet.time()));
        }
        Layered layered = layered(fleet, view.shape(), kept);
        fold(fleet);
        return new Row(of, (double) fold(fleet) / FOLDS, read, batch, kept.length, served, layered);
    }

    private static Layered layered(Fleet fleet, BlockShape shape, byte[] kept) {
        LayeredBlock block = shape.emptyLayers(LayeredBlock.YOUNG);
        block.merge(shape.read(kept));
        byte[] young = block.toBytes();
        Block older = block.changedOlder().orElseGet(shape::empty);
        int batches = 20_000;
        double micros = 0;
        for (int round = 0; round < 2; round++) {
            micros = microsOf(batches, () -> {
                LayeredBlock read = shape.readLayers(LayeredBlock.YOUNG, young, () -> older);
                read.fold(fleet.next());
                read.toBytes();
                Served.changed(read);
            });
        }
        return new Layered(micros, young.length, block.toServedBytes().length);
    }

    private static double microsOf(int times, Runnable work) {
        long before = THREADS.getCurrentThreadCpuTime();
        for (int i = 0; i < times; i++) {
            work.run();
        }
        return (THREADS.getCurrentThreadCpuTime() - before) / 1e3 / times;
    }

    /** Nanoseconds of all folds. */
    private static long fold(Fleet fleet) {
        ProjectedEvent[] events = new ProjectedEvent[CHUNK];
        Block[] blocks = new Block[CHUNK];
        long spent = 0;
        for (int done = 0; done < FOLDS; done += CHUNK) {
            for (int i = 0; i < CHUNK; i++) {
                events[i] = fleet.next();
                blocks[i] = fleet.device();
            }
            long before = THREADS.getCurrentThreadCpuTime();
            for (int i = 0; i < CHUNK; i++) {
                blocks[i].fold(events[i]);
            }
            spent += THREADS.getCurrentThreadCpuTime() - before;
        }
        return spent;
    }

    private static void draw(List<Row> rows) throws IOException {
        XYChart chart = new XYChartBuilder()
                .width(800)
                .height(500)
                .title("A block of five aggregates over five windows")
                .xAxisTitle("events of one entity in 30 days")
                .yAxisTitle("bytes")
                .build();
        chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true);
        for (Resolution resolution : Resolution.values()) {
            List<Row> own = rows.stream()
                    .filter(row -> row.of().resolution() == resolution)
                    .toList();
            List<Integer> events = own.stream().map(row -> row.of().events()).toList();
            chart.addSeries(
                    resolution.text() + ", kept",
                    events,
                    own.stream().map(Row::kept).toList());
            chart.addSeries(
                    resolution.text() + ", served",
                    events,
                    own.stream().map(Row::served).toList());
        }
        Path picture = Path.of(System.getProperty("millrace.root", "."), "docs", "feature-growth.png");
        BitmapEncoder.saveBitmap(chart, picture.toString(), BitmapEncoder.BitmapFormat.PNG);
        System.out.println("Drawn: " + picture);
    }
}
