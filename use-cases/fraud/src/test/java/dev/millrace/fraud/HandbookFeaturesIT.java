package dev.millrace.fraud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.FeatureHistory;
import dev.millrace.feature.SourceRecord;
import dev.millrace.feature.View;
import dev.millrace.local.LocalStack;
import dev.millrace.schema.definition.Source;
import dev.millrace.schema.loader.UseCaseLoader;
import dev.millrace.schema.mapping.FileMapping;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The published hand-made features come out of the engine, for the whole file; what differs is counted and explained. */
@Tag("long")
@Timeout(value = 30, unit = TimeUnit.MINUTES)
final class HandbookFeaturesIT {
    private static final FeatureEngine ENGINE = FeatureEngine.compile(UseCaseLoader.load(Path.of(".")));
    private static final int[] DAYS = {1, 7, 30};
    /** Means are divisions of sums: theirs of rounded doubles, ours of whole cents. */
    private static final double LAST_BITS = 1e-9;

    private record Payment(String id, long time, SourceRecord event, double fraud) {
        Object field(String name) {
            return event.fields().of(name);
        }
    }

    @Test
    void thePublishedFeaturesComeOutOfTheEngine(@TempDir Path folder) throws Exception {
        String data = System.getenv("MILLRACE_DATA");
        Path file = (data == null ? Path.of("../../../shared/data") : Path.of(data))
                .resolve("fraud/transactions-2018q2.csv.gz");
        assumeTrue(
                Files.exists(file),
                "skipped: there is no " + file + "; set MILLRACE_DATA to the folder of the data sets");
        Path published = published(file, folder.resolve("published.csv"));
        List<Payment> payments = payments(file);
        Differences differences = new Differences(payments);
        View customer = ENGINE.view("customer").orElseThrow();
        View merchant = ENGINE.view("merchant").orElseThrow();
        View labels = ENGINE.view("merchant_fraud").orElseThrow();
        Map<View, FeatureHistory> histories = new HashMap<>();
        List.of(customer, merchant, labels).forEach(view -> histories.put(view, new FeatureHistory(view)));
        try (BufferedReader lines = Files.newBufferedReader(published)) {
            lines.readLine();
            int next = 0;
            for (int i = 0; i < payments.size(); i++) {
                // All of one moment, as brute force over all events has them.
                for (;
                        next < payments.size()
                                && payments.get(next).time() <= payments.get(i).time();
                        next++) {
                    fold(payments.get(next), histories);
                }
                Payment payment = payments.get(i);
                String[] theirs = lines.readLine().split(",");
                assertThat(theirs[0]).isEqualTo(payment.id());
                String buyer = payment.field("customer_id").toString();
                String seller = payment.field("merchant_id").toString();
                Map<String, Double> ours = new HashMap<>();
                read(customer, histories.get(customer), buyer, payment.time(), ours);
                read(merchant, histories.get(merchant), seller, payment.time(), ours);
                read(labels, histories.get(labels), seller, payment.time(), ours);
                for (int day = 0; day < DAYS.length; day++) {
                    String suffix = "_" + DAYS[day] + "d";
                    int column = 1 + 2 * day;
                    double count = ours.get("merchant.transaction_count" + suffix);
                    double risk = count == 0 ? 0 : ours.get("merchant_fraud.fraud_count" + suffix) / count;
                    differences.compare(
                            i, "customer count", ours.get("customer.transaction_count" + suffix), theirs[column]);
                    differences.compare(
                            i, "customer mean", ours.get("customer.avg_amount" + suffix), theirs[column + 1]);
                    differences.compare(i, "terminal count", count, theirs[column + 6]);
                    differences.compare(i, "terminal risk", risk, theirs[column + 7]);
                }
            }
        }
        differences.report(payments.size());
        assertThat(differences.unexplained).isEmpty();
    }

    private static void fold(Payment payment, Map<View, FeatureHistory> histories) {
        histories.forEach((view, history) -> {
            SourceRecord record = view.source() instanceof Source.Events
                    ? payment.event()
                    : new SourceRecord(
                            payment.id(),
                            payment.time(),
                            1,
                            name -> name.equals("value") ? (Object) payment.fraud() : payment.field(name));
            view.feed(record).forEach(fed -> history.fold(fed.key(), fed.event()));
        });
    }

    private static void read(View view, FeatureHistory history, String entity, long at, Map<String, Double> into) {
        double[] values = view.read(history.at(entity, at), at);
        for (int i = 0; i < values.length; i++) {
            into.put(view.name() + "." + view.features().get(i).name(), values[i]);
        }
    }

    /** What differs, and why. */
    private static final class Differences {
        private final boolean[] sharesItsSecond;
        private final Map<String, Integer> lastBits = new TreeMap<>();
        private final Map<String, Integer> shared = new TreeMap<>();
        private final List<String> unexplained = new ArrayList<>();

        private Differences(List<Payment> payments) {
            sharesItsSecond = new boolean[payments.size()];
            Map<String, Integer> seen = new HashMap<>();
            for (int i = 0; i < sharesItsSecond.length; i++) {
                Payment payment = payments.get(i);
                for (String field : List.of("customer_id", "merchant_id")) {
                    Integer earlier = seen.put(field + payment.field(field) + "@" + payment.time(), i);
                    if (earlier != null) {
                        sharesItsSecond[i] = true;
                        sharesItsSecond[earlier] = true;
                    }
                }
            }
        }

        void compare(int row, String what, double ours, String text) {
            double theirs = Double.parseDouble(text);
            if (ours == theirs) {
                return;
            }
            if (Math.abs(ours - theirs) < LAST_BITS * Math.max(1, Math.abs(theirs))) {
                lastBits.merge(what, 1, Integer::sum);
            } else if (sharesItsSecond[row]) {
                shared.merge(what, 1, Integer::sum);
            } else {
                unexplained.add(what + " of row " + row + ": " + ours + ", published " + theirs);
            }
        }

        void report(int rows) {
            System.out.println(rows + " payments, 12 features each");
            System.out.println("differ in the last bits (their sums are of doubles): " + lastBits);
            System.out.println("share their second with another of the same entity (theirs go by position): " + shared);
            System.out.println("differ otherwise: " + unexplained.size()
                    + unexplained.stream().limit(20).toList());
        }
    }

    private static Path published(Path file, Path output) throws Exception {
        Process process = new ProcessBuilder(
                        LocalStack.python().toString(),
                        Path.of("src/test/resources/rolling_features.py").toString(),
                        file.toString(),
                        output.toString())
                .inheritIO()
                .start();
        assertThat(process.waitFor()).isZero();
        return output;
    }

    private static List<Payment> payments(Path file) throws IOException {
        var definition = ENGINE.useCase().mappings().getFirst();
        FileMapping mapping = new FileMapping(definition, ENGINE.useCase().event(definition.event()));
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            List<String> header = List.of(lines.readLine().split(","));
            return lines.lines()
                    .map(line -> line.split(","))
                    .map(row -> payment(row, header, mapping))
                    .sorted(Comparator.comparingLong(Payment::time))
                    .toList();
        }
    }

    private static Payment payment(String[] row, List<String> header, FileMapping mapping) {
        var mapped = mapping.map(column -> row[header.indexOf(column)]);
        Map<String, Object> fields = new HashMap<>(mapped.fields());
        fields.put("timestamp", mapped.time().toEpochMilli());
        String id = row[header.indexOf("TRANSACTION_ID")];
        SourceRecord event = new SourceRecord(id, mapped.time().toEpochMilli(), 0, fields::get);
        return new Payment(
                id, mapped.time().toEpochMilli(), event, mapped.label().orElse(0));
    }
}
