package dev.millrace.local.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsTests {
    @TempDir
    Path folder;

    @Test
    void areMadeOnceAndFoundAgain() throws Exception {
        Path file = folder.resolve("data/secrets.properties");

        Secrets made = Secrets.in(file);

        assertThat(Secrets.in(file)).isEqualTo(made);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(made.toString()).isEqualTo("Secrets[***]");
    }

    @Test
    void anIncompleteFileIsRefused() throws Exception {
        Path file = Files.writeString(folder.resolve("secrets.properties"), "postgres.password=x\n");

        assertThatThrownBy(() -> Secrets.in(file))
                .isInstanceOf(LocalStackException.class)
                .hasMessageContaining("has no s3.access-key")
                .hasMessageContaining("./millrace down --purge");
    }
}
