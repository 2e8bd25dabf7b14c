package dev.millrace.training.charts;

import dev.millrace.training.data.ModelSpec;
import dev.millrace.training.evaluation.Confusion;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What a person should know of a model before using it, in Markdown. */
public record ModelCard(
        ModelSpec spec,
        Instant trainFrom,
        Instant testFrom,
        Instant testTo,
        int trainRows,
        int testRows,
        double threshold,
        Confusion confusion,
        Map<String, Double> metrics,
        Map<String, Object> parameters,
        Map<String, Double> gain) {

    public ModelCard {
        metrics = new TreeMap<>(metrics);
        parameters = new TreeMap<>(parameters);
        gain = Map.copyOf(gain);
    }

    public String markdown() {
        StringBuilder text = new StringBuilder();
        text.append("# %s%n%n".formatted(spec.model()));
        text.append(
                "A %s model of the use case %s: gradient-boosted trees.%n%n".formatted(spec.kind(), spec.useCase()));
        text.append("| | from | rows |%n|---|---|---|%n".formatted());
        text.append("| trained on | %s | %d |%n".formatted(trainFrom, trainRows));
        text.append("| tested on | %s to %s | %d |%n%n".formatted(testFrom, testTo, testRows));
        text.append(
                "Every row tested on is later than every row trained on, without a gap between them. Labels are known"
                        + " %s after their event, so a model trained at that moment would not have known the last labels%n"
                                .formatted(spec.labelsKnownAfter())
                        + "it was trained on; the folds that chose its parameters keep that gap if the rows span enough time.%n%n"
                                .formatted());
        text.append("## Metrics on the test rows%n%n| metric | value |%n|---|---|%n".formatted());
        metrics.forEach((name, value) -> text.append(String.format(Locale.ROOT, "| %s | %.6f |%n", name, value)));
        text.append("%n## Decisions at threshold %s%n%n".formatted(threshold));
        text.append("| | decided positive | decided negative |%n|---|---|---|%n".formatted());
        text.append("| positive | %d | %d |%n".formatted(confusion.truePositives(), confusion.falseNegatives()));
        text.append("| negative | %d | %d |%n%n".formatted(confusion.falsePositives(), confusion.trueNegatives()));
        text.append("## Parameters%n%n| parameter | value |%n|---|---|%n".formatted());
        parameters.forEach((name, value) -> text.append("| %s | %s |%n".formatted(name, value)));
        text.append("%n## Features by gain%n%n```%n%s```%n".formatted(Charts.importanceCsv(gain)));
        text.append("%nFeature definitions: `%s`%n".formatted(spec.definitionsDigest()));
        return text.toString();
    }
}
