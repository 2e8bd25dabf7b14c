package dev.millrace.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The figures of one benchmark on one machine, as a table and as JSON. */
record BenchReport(String bench, List<Figure> figures) {
    private static final ObjectMapper JSON = new ObjectMapper();

    BenchReport {
        figures = List.copyOf(figures);
    }

    /** Prints the table, and the JSON as the last line or into the file. */
    void print(@Nullable Path file) throws IOException {
        System.out.print(table());
        if (file == null) {
            System.out.println(json());
        } else {
            Files.writeString(file, json() + "\n");
        }
    }

    private String table() {
        StringBuilder table = new StringBuilder();
        for (Figure figure : figures) {
            table.append(String.format(
                    Locale.ROOT,
                    "%-30s %14.2f %-9s %s%n",
                    figure.name(),
                    figure.value(),
                    figure.unit(),
                    figure.target() == null
                            ? ""
                            : String.format(
                                    Locale.ROOT,
                                    "target %10.1f  %s",
                                    figure.target(),
                                    figure.met() ? "met" : "NOT MET")));
        }
        return table.toString();
    }

    private String json() {
        ObjectNode report = JSON.createObjectNode();
        report.put("bench", bench);
        ObjectNode machine = report.putObject("machine");
        machine.put("cores", Runtime.getRuntime().availableProcessors());
        machine.put("java", Runtime.version().toString());
        machine.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        machine.put("load", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        ObjectNode all = report.putObject("figures");
        for (Figure figure : figures) {
            ObjectNode one =
                    all.putObject(figure.name()).put("value", figure.value()).put("unit", figure.unit());
            if (figure.target() != null) {
                one.put("target", figure.target()).put("met", figure.met());
            }
        }
        try {
            return JSON.writeValueAsString(report);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Numbers and texts are always JSON", e);
        }
    }
}
