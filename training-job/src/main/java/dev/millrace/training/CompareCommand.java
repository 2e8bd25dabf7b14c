package dev.millrace.training;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.schema.definition.ModelDefinition;
import dev.millrace.schema.definition.ModelDefinition.Then;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.loader.UseCaseLoader;
import dev.millrace.training.comparison.AnswerTable;
import dev.millrace.training.comparison.Answers;
import dev.millrace.training.config.Settings;
import dev.millrace.training.data.TrainingException;
import dev.millrace.training.data.TrainingException.Code;
import dev.millrace.training.evaluation.BinaryEvaluation;
import dev.millrace.training.evaluation.Confusion;
import dev.millrace.training.mlflow.ModelVersion;
import dev.millrace.training.promotion.Gates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Compares what champion and challenger said of the same events with what turned out to be true. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        description = {
            "Compare the challenger with the champion on answers whose truth is known.",
            "Exit code 0: it is better and was proposed or promoted; 3: the champion stays."
        })
final class CompareCommand implements Callable<Integer> {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--use-case", required = true, paramLabel = "NAME", description = "The use case's name.")
    @SuppressWarnings("NullAway.Init")
    private String useCase;

    @Option(names = "--model", paramLabel = "NAME", description = "The model's name; its only one when left out.")
    private @Nullable String model;

    @Option(
            names = "--window",
            paramLabel = "DURATION",
            converter = DatasetCommand.Lag.class,
            description = "Answers of this long up to now, such as 30d; 30d when left out.")
    private Duration window = Duration.ofDays(30);

    @Option(
            names = "--promote",
            description = "Make the challenger the champion when it is better, even where the rule is to propose it.")
    private boolean promote;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures here.")
    private @Nullable Path json;

    private final Settings settings;
    private final Clock clock;

    CompareCommand(Settings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public Integer call() {
        UseCase loaded = UseCaseLoader.load(settings.useCases(), useCase);
        ModelDefinition definition = chosen(loaded);
        try (Publication publication = new Publication(settings.mlflow(), settings.patience(), clock)) {
            String champion = version(publication, definition, Alias.CHAMPION);
            String challenger = version(publication, definition, Alias.CHALLENGER);
            Answers answers = new AnswerTable(settings)
                    .read(loaded, definition, "v" + champion, "v" + challenger, clock.instant(), window);
            say("%s: of %d events both versions said something, of %d the truth is known"
                    .formatted(definition.name(), answers.asked(), answers.labelled()));
            ObjectNode figures = JSON.createObjectNode()
                    .put("model", definition.name())
                    .put("answers", answers.asked())
                    .put("labelled", answers.labelled());
            if (answers.labelled() < definition.challenge().labelled()) {
                write(figures.put("verdict", "not-enough"));
                throw new TrainingException(
                        Code.GATE,
                        "not enough labelled answers: %d of %d"
                                .formatted(
                                        answers.labelled(),
                                        definition.challenge().labelled()));
            }
            judge(publication, definition, new Versions(champion, challenger), answers, figures);
        }
        return 0;
    }

    /** By their numbers in the registry. */
    private record Versions(String champion, String challenger) {}

    private ModelDefinition chosen(UseCase loaded) {
        List<String> names =
                loaded.models().stream().map(ModelDefinition::name).sorted().toList();
        String name = model == null && names.size() == 1 ? names.getFirst() : String.valueOf(model);
        ModelDefinition definition = loaded.model(name)
                .orElseThrow(() -> new TrainingException(
                        Code.UNKNOWN_MODEL,
                        "expected --model to be one of %s of the use case %s, but came %s"
                                .formatted(names, useCase, model == null ? "nothing" : model)));
        if (definition.kind() != ModelDefinition.Kind.BINARY) {
            throw new TrainingException(
                    Code.UNKNOWN_MODEL,
                    "expected a model of kind binary, but %s is of kind %s"
                            .formatted(name, definition.kind().name().toLowerCase(Locale.ROOT)));
        }
        return definition;
    }

    private static String version(Publication publication, ModelDefinition definition, Alias alias) {
        return publication
                .version(definition.name(), alias)
                .map(ModelVersion::version)
                .orElseThrow(() -> new TrainingException(
                        Code.GATE,
                        "%s has no %s to compare: ./millrace promote --model %s --version N --alias %s"
                                .formatted(definition.name(), alias, definition.name(), alias)));
    }

    private void judge(
            Publication publication,
            ModelDefinition definition,
            Versions versions,
            Answers answers,
            ObjectNode figures) {
        show(
                "champion",
                versions.champion(),
                metrics(answers.champion(), answers.labels(), answers.championConfusion()),
                figures);
        Map<String, Double> fresh = metrics(answers.challenger(), answers.labels(), answers.challengerConfusion());
        show("challenger", versions.challenger(), fresh, figures);
        Gates gates = new Gates(definition.promote());
        Gates.Duel duel =
                new Gates.Duel("v" + versions.champion(), answers.challenger(), answers.champion(), answers.labels());
        Gates.Lead lead = gates.lead(duel);
        say(String.format(
                Locale.ROOT,
                "decisions agree in %.4f, scores differ by %.4f on average; %s: p %.4f",
                answers.agreement(),
                answers.meanDifference(),
                lead.metric(),
                lead.p()));
        figures.put("agreement", answers.agreement())
                .put("mean_difference", answers.meanDifference())
                .put("better", lead.metric())
                .put("p", lead.p());
        Gates.Verdict verdict = gates.against(fresh, duel.champion(), lead);
        if (!verdict.promotes()) {
            write(figures.put("verdict", "champion-stays"));
            throw new TrainingException(
                    Code.GATE,
                    "the champion stays; expected %s".formatted(String.join("; expected ", verdict.failed())));
        }
        if (promote || definition.challenge().then() == Then.PROMOTE) {
            publication.promote(definition.name(), versions.challenger(), Alias.CHAMPION);
            publication.withdraw(definition.name(), Alias.CHALLENGER);
            say("better: version %s of %s is the champion now, in the place of version %s"
                    .formatted(versions.challenger(), definition.name(), versions.champion()));
            settings.prediction().refresh().ifPresent(this::say);
            write(figures.put("verdict", "promoted"));
        } else {
            say(
                    "better: version %s of %s is proposed as the champion; ./millrace compare --model %s --promote makes it that"
                            .formatted(versions.challenger(), definition.name(), definition.name()));
            write(figures.put("verdict", "proposed"));
        }
    }

    private static Map<String, Double> metrics(double[] scores, double[] labels, Confusion confusion) {
        BinaryEvaluation evaluation = BinaryEvaluation.of(scores, labels);
        return Map.of(
                "auc", evaluation.auc(),
                "average_precision", evaluation.averagePrecision(),
                "precision", confusion.precision(),
                "recall", confusion.recall());
    }

    private void show(String alias, String version, Map<String, Double> metrics, ObjectNode figures) {
        say(String.format(
                Locale.ROOT,
                "%-10s v%-4s auc %.4f  average_precision %.4f  precision %.4f  recall %.4f",
                alias,
                version,
                metrics.get("auc"),
                metrics.get("average_precision"),
                metrics.get("precision"),
                metrics.get("recall")));
        ObjectNode own = figures.putObject(alias).put("version", version);
        metrics.forEach(own::put);
    }

    private void write(ObjectNode figures) {
        if (json != null) {
            try {
                Files.write(json, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(figures));
            } catch (IOException e) {
                throw new UncheckedIOException("The figures cannot be written to " + json + ": " + e.getMessage(), e);
            }
        }
    }

    private void say(String line) {
        spec.commandLine().getOut().println(line);
        spec.commandLine().getOut().flush();
    }
}
