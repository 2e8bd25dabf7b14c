package dev.millrace.local.contract;

import dev.millrace.local.home.Folders;
import dev.millrace.local.home.LocalStackException;
import dev.millrace.local.process.ProcessSpec;
import dev.millrace.local.process.RunningProcess;
import dev.millrace.local.process.Spawner;
import dev.millrace.local.server.PythonEnvironment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes up requests after the OpenAPI document that a service serves, valid ones and invalid ones, and holds each answer against it
 * with the checks of <a href="https://schemathesis.readthedocs.io">Schemathesis</a>, all of them unless excepted: no 5xx, no
 * status, type or body that is not documented, no valid request refused and no invalid one accepted.
 *
 * @param program of the private environment
 */
public record Schemathesis(Path program) {
    private static final int LONGEST_LINE = 2_000;
    /** Of 3. */
    private static final int OLDEST_PYTHON = 11;

    /** Installed when it is not there (needs PyPI and a Python from 3.11 on). */
    public static Schemathesis in(Folders folders) {
        Path lock = folders.root().resolve("local-stack/python/schemathesis.lock");
        return new Schemathesis(
                PythonEnvironment.of(folders, lock, OLDEST_PYTHON).folder().resolve("bin/st"));
    }

    /**
     * Runs to the end, past what it finds.
     *
     * @param document of the running service
     * @param key of a caller that may make every call
     * @param settings its file: which check is left out of which operation, and why
     * @param cases most made up at random for an operation; some, of bounds and of missing parts, come on top
     * @param seed the same makes the same requests
     * @param log where the report goes
     * @throws LocalStackException with the report, when there is a finding
     */
    public void check(URI document, String key, Path settings, int cases, long seed, Path log) {
        List<String> command = List.of(
                program.toString(),
                "--config-file",
                settings.toString(),
                "--no-color",
                "run",
                document.toString(),
                "--phases",
                "examples,coverage,fuzzing",
                "--header",
                "X-API-Key: " + key,
                "--max-examples",
                String.valueOf(cases),
                "--seed",
                String.valueOf(seed),
                "--continue-on-failure",
                // The key stays the only one: with others made up beside it, everything would be refused with 401.
                "--generation-with-security-parameters",
                "false",
                // As the cache of the settings: what was found before would make another run of the same seed.
                "--generation-database",
                "none");
        RunningProcess running = Spawner.start(ProcessSpec.of("schemathesis", command, Map.of(), log));
        int code;
        try {
            code = running.await();
        } finally {
            running.stop();
        }
        if (code != 0) {
            throw new LocalStackException("Expected %s to be kept, but Schemathesis ended with %d (seed %d):%n%s"
                    .formatted(document, code, seed, read(log)));
        }
    }

    private static String read(Path log) {
        try (Stream<String> lines = Files.lines(log)) {
            // A request that shows a finding may be as large as a body can be.
            return lines.map(line -> line.substring(0, Math.min(line.length(), LONGEST_LINE)))
                    .collect(Collectors.joining("\n"));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the report " + log, e);
        }
    }
}
