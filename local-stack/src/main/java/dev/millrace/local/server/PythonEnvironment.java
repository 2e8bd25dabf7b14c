package dev.millrace.local.server;

import dev.millrace.local.home.Folders;
import dev.millrace.local.home.LocalStackException;
import dev.millrace.local.process.ProcessSpec;
import dev.millrace.local.process.Spawner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A private Python with exactly the packages of a list, which names their versions; another list makes another environment. */
public record PythonEnvironment(Path folder) {
    private static final String UV = "uv==0.13.9";
    private static final int OLDEST_MINOR = 10;
    private static final int NEWEST_MINOR = 14;

    /** The environment of these folders, installed when it is not there (needs PyPI, takes about half a minute). */
    public static PythonEnvironment in(Folders folders) {
        return of(folders, folders.root().resolve("local-stack/python/requirements.lock"));
    }

    /** The same with the packages of another list. */
    public static PythonEnvironment of(Folders folders, Path lock) {
        return of(folders, lock, OLDEST_MINOR);
    }

    /** @param oldest version of Python 3 that the packages of the list take */
    public static PythonEnvironment of(Folders folders, Path lock, int oldest) {
        return new PythonEnvironment(
                Tool.installed(folders, "python-" + digest(lock), (folder, log) -> install(lock, oldest, folder, log)));
    }

    public Path python() {
        return folder.resolve("bin/python");
    }

    /** A Python on PATH that is new enough and can make environments. */
    public static Optional<String> systemPython() {
        return systemPython(OLDEST_MINOR);
    }

    private static Optional<String> systemPython(int oldest) {
        return Stream.concat(
                        Stream.of("python3"),
                        IntStream.iterate(NEWEST_MINOR, minor -> minor >= oldest, minor -> minor - 1)
                                .mapToObj(minor -> "python3." + minor))
                .filter(Spawner::onPath)
                .filter(python -> canMakeEnvironments(python, oldest))
                .findFirst();
    }

    private static boolean canMakeEnvironments(String python, int oldest) {
        try {
            return new ProcessBuilder(
                                    python,
                                    "-c",
                                    "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, " + oldest + "))")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void install(Path lock, int oldest, Path folder, Path log) {
        String system = systemPython(oldest)
                .orElseThrow(() -> new LocalStackException(
                        "Expected a python3 of at least 3.%d with venv, found none on PATH: apt-get install python3 python3-venv"
                                .formatted(oldest)));
        Tool.run("make a Python environment", List.of(system, "-m", "venv", folder.toString()), log);
        String python = folder.resolve("bin/python").toString();
        if (succeeds(List.of(python, "-m", "pip", "install", "--quiet", UV), log)
                && succeeds(
                        List.of(
                                folder.resolve("bin/uv").toString(),
                                "pip",
                                "install",
                                "--python",
                                python,
                                "--compile-bytecode",
                                "--requirement",
                                lock.toString()),
                        log)) {
            return;
        }
        Tool.run(
                "install the packages of " + lock,
                List.of(python, "-m", "pip", "install", "--quiet", "--requirement", lock.toString()),
                log);
    }

    private static boolean succeeds(List<String> command, Path log) {
        return Spawner.start(ProcessSpec.of(command.get(0), command, Map.of(), log))
                        .await()
                == 0;
    }

    private static String digest(Path lock) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(lock));
            return HexFormat.of().formatHex(hash, 0, 4);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the list of Python packages " + lock, e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
