package dev.millrace.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.training.config.Settings;
import dev.millrace.training.data.DatasetRequest;
import dev.millrace.training.data.DatasetVersion;
import dev.millrace.training.data.Period;
import dev.millrace.training.history.LakeHistory;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DatasetCommandTests {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int execute(String... arguments) {
        Settings settings = Settings.of(Map.of("MILLRACE_USE_CASES", "src/test/resources/use-cases"));
        return TrainingJob.commandLine(
                        new DatasetCommand(new LakeHistory(settings, Clock.systemUTC(), line -> {}), Clock.systemUTC()))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    @Test
    void withoutALakeThereIsNoTrainingSet() {
        assertThat(execute("dataset", "--use-case", "orders", "--model", "returns"))
                .isEqualTo(1);
        assertThat(err.toString())
                .isEqualToIgnoringNewLines(
                        "training-lake: expected S3_BUCKET_PROCESSED, the bucket of the lake, but it is"
                                + " not set: training sets are made of the lake's tables");
    }

    @Test
    void wrongUseIsSaid() {
        assertThat(execute("dataset", "--use-case", "orders", "--lag", "soon")).isEqualTo(2);
        assertThat(err.toString())
                .contains(
                        "Invalid value for option '--lag': expected a whole number and one of ms, s, m, h, d, but came"
                                + " 'soon'");
        assertThat(execute("dataset", "--use-case", "orders", "--out", "a.b")).isEqualTo(1);
        assertThat(err.toString())
                .contains("expected --out to be a table's name of letters, digits and _, but came 'a.b'");
        assertThat(execute("dataset", "--help")).isZero();
        assertThat(out.toString()).contains("--from", "--to", "--lag", "--out", "--model");
    }

    @Test
    void aVersionIsWrittenAsTableAndSnapshot() {
        DatasetVersion version = new DatasetVersion("some-shop", "training_returns", 12);
        assertThat(version).hasToString("lake.some-shop.training_returns@12");
        assertThat(DatasetVersion.parse(version.toString())).isEqualTo(version);
        assertThatThrownBy(() -> new DatasetCommand.Version().convert("training_returns"))
                .hasMessage("expected a table and its snapshot, such as lake.shop.training_returns@123, but came"
                        + " 'training_returns'");
    }

    @Test
    void aLagIsADurationAsDefinitionsWriteThem() {
        assertThat(new DatasetCommand.Lag().convert("90s")).isEqualTo(Duration.ofSeconds(90));
        assertThatThrownBy(() -> new DatasetRequest("u", null, Period.LATEST, Duration.ofMillis(-1), null))
                .hasMessage("expected --lag of 0 or more, but came PT-0.001S");
    }
}
