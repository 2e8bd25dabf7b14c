package dev.millrace.ingestion.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schema.event.PersonalData;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class IngestionSettingsTests {
    private static final URI S3 = URI.create("http://127.0.0.1:9000");

    @Test
    void saysAllThatIsWrongAtOnce() {
        assertThatThrownBy(() -> new IngestionSettings(
                        Path.of("use-cases"), " ", "short", 0, (short) 0, S3, "raw", "us-east-1", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("""
                        The configuration is wrong:
                          set MILLRACE_USE_CASE to the name of a use case, such as a folder in use-cases
                          set MILLRACE_MASKING_KEY to a secret of at least 16 bytes
                          MILLRACE_TOPIC_PARTITIONS is at least 1; found 0
                          MILLRACE_TOPIC_REPLICATION is at least 1; found 0""");
    }

    @Test
    void onlyItsOwnKeyOpensADeadLetter() {
        byte[] sealed = new PersonalData("one secret of many").encrypt(new byte[] {1, 2, 3});
        assertThat(new PersonalData("one secret of many").decrypt(sealed)).containsExactly(1, 2, 3);
        assertThatThrownBy(() -> new PersonalData("another secret of many").decrypt(sealed))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Expected bytes that this service's key has encrypted");
    }
}
