package dev.millrace.training;

import dev.millrace.schema.definition.Durations;
import dev.millrace.training.data.DatasetRequest;
import dev.millrace.training.data.DatasetVersion;
import dev.millrace.training.history.LakeHistory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Makes a training set: a table of the lake with one row per event, each as it looked when the event arrived. */
@Command(
        name = "dataset",
        mixinStandardHelpOptions = true,
        description = "Make a training set in the lake: each row with the features that were known at its arrival.")
final class DatasetCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private RowOptions rows;

    @Option(
            names = "--lag",
            paramLabel = "DURATION",
            converter = Lag.class,
            description =
                    "As if each event had arrived this long after its time, such as 500ms or 2h, and each label when"
                            + " it was known; as they did arrive when left out.")
    private @Nullable Duration lag;

    @Option(
            names = "--out",
            paramLabel = "TABLE",
            description = "The table in the use case's part of the lake; training_MODEL when left out.")
    private @Nullable String out;

    private final LakeHistory history;
    private final Clock clock;

    DatasetCommand(LakeHistory history, Clock clock) {
        this.history = history;
        this.clock = clock;
    }

    @Override
    public Integer call() {
        Instant began = clock.instant();
        say("reading the lake of %s".formatted(rows.useCase()));
        LakeHistory.Made made = history.make(new DatasetRequest(rows.useCase(), rows.model(), rows.period(), lag, out));
        say(String.format(
                Locale.ROOT,
                "%d rows of %d features in %s, snapshot %d, after %.1f s",
                made.rows(),
                made.features(),
                made.version().table(),
                made.version().snapshot(),
                Duration.between(began, clock.instant()).toMillis() / 1000.0));
        return 0;
    }

    private void say(String line) {
        spec.commandLine().getOut().println(line);
        spec.commandLine().getOut().flush();
    }

    /** Durations as definitions write them. */
    static final class Lag implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String value) {
            return Durations.parse(value)
                    .orElseThrow(() -> new TypeConversionException(
                            "expected a whole number and one of ms, s, m, h, d, but came '" + value + "'"));
        }
    }

    /** A table and its snapshot. */
    static final class Version implements ITypeConverter<DatasetVersion> {
        @Override
        public DatasetVersion convert(String value) {
            try {
                return DatasetVersion.parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
