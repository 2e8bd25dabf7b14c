package dev.millrace.local.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class StartupCacheIT {
    @TempDir
    private Path folder;

    private Path jar;

    /** What is run. */
    static final class Hello {
        private Hello() {}

        public static void main(String[] arguments) {
            System.out.println("Hello " + String.join(" ", arguments));
        }
    }

    @BeforeEach
    void pack() throws Exception {
        jar = folder.resolve("hello.jar");
        String entry = Hello.class.getName().replace('.', '/') + ".class";
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            out.putNextEntry(new JarEntry(entry));
            out.write(Files.readAllBytes(Path.of(Hello.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .resolve(entry)));
            out.closeEntry();
        }
    }

    private StartupCache cache(String classPath) {
        JavaCommand command = new JavaCommand(
                classPath, Hello.class.getName(), List.of("-Xmx64m", "-XX:+UseSerialGC"), List.of("again"));
        return new StartupCache(folder.resolve("startup"), "hello", command);
    }

    private static String said(JavaCommand command) throws Exception {
        Process process =
                new ProcessBuilder(command.line()).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    @Test
    void theSecondRunHasWhatTheFirstLoaded() throws Exception {
        assumeThat(Runtime.version().feature()).isGreaterThanOrEqualTo(25);
        StartupCache cache = cache(jar.toString());
        // The JVM says there that it has noted it.
        assertThat(said(cache.warmed())).startsWith("Hello again\n");
        cache.make();
        assertThat(cache.warmed()).as("while it is made").isEqualTo(cache.command());
        await().atMost(Duration.ofMinutes(2)).until(() -> !Files.exists(cache.file("taken")));
        assertThat(cache.file("aot")).exists();
        assertThat(cache.warmed().flags()).contains("-XX:AOTCache=" + cache.file("aot"));
        assertThat(said(cache.warmed().with(List.of("-XX:AOTMode=on")))).isEqualTo("Hello again\n");
    }

    @Test
    void anotherJarHasAnotherCacheAndTheFormerIsDeleted() throws Exception {
        assumeThat(Runtime.version().feature()).isGreaterThanOrEqualTo(25);
        StartupCache cache = cache(jar.toString());
        Files.createDirectories(cache.folder());
        Path former = Files.writeString(cache.file("aot"), "of the former jar");
        Path foreign = Files.writeString(cache.folder().resolve("other.aot"), "of another program");
        pack();
        assertThat(jar.toFile().setLastModified(1_000_000)).isTrue();
        said(cache.warmed());
        cache.make();
        assertThat(former).doesNotExist();
        assertThat(foreign).exists();
        await().atMost(Duration.ofMinutes(2)).until(() -> !Files.exists(cache.file("taken")));
    }

    /** The JDK caches classes of jars only. */
    @Test
    void classesInFoldersHaveNone() {
        StartupCache cache = cache(jar + ":" + folder);
        assertThat(cache.warmed()).isEqualTo(cache.command());
        cache.make();
        assertThat(cache.folder()).doesNotExist();
    }
}
