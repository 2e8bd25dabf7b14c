package dev.millrace.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;

/** The figures of one benchmark on one machine, as a table and as JSON. */
record BenchReport(String bench, List<Figure> figures) {
    private static final ObjectMapper JSON = new ObjectMapper();

    BenchReport {
        figures = List.copyOf(figures);
    }

    String table() {
        StringBuilder table = new StringBuilder();
        for (Figure figure : figures) {
            table.append(String.format(
                    Locale.ROOT,
                    "%-20s %12.1f %-6s target %10.1f  %s%n",
                    figure.name(),
                    figure.value(),
                    figure.unit(),
                    figure.target(),
                    figure.met() ? "met" : "NOT MET"));
        }
        return table.toString();
    }

    String json() {
        ObjectNode report = JSON.createObjectNode();
        report.put("bench", bench);
        ObjectNode machine = report.putObject("machine");
        machine.put("cores", Runtime.getRuntime().availableProcessors());
        machine.put("java", Runtime.version().toString());
        machine.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        machine.put("load", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        ObjectNode all = report.putObject("figures");
        for (Figure figure : figures) {
            all.putObject(figure.name())
                    .put("value", figure.value())
                    .put("unit", figure.unit())
                    .put("target", figure.target())
                    .put("met", figure.met());
        }
        try {
            return JSON.writeValueAsString(report);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Numbers and texts are always JSON", e);
        }
    }
}
