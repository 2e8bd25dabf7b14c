package dev.millrace.local.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.local.home.LocalStackException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PreflightTests {
    private static final long GIB = 1L << 30;
    private static final Path HOME = Path.of("/data/millrace");

    /** A machine with these properties. */
    private record Fake(Set<Integer> used, boolean complete, long memory, long disk, int java) implements Machine {
        @Override
        public boolean isFree(int port) {
            return !used.contains(port);
        }

        @Override
        public boolean hasLibrary(String name) {
            return complete;
        }

        @Override
        public Optional<String> python() {
            return complete ? Optional.of("python3") : Optional.empty();
        }

        @Override
        public boolean hasProgram(String name) {
            return complete;
        }

        @Override
        public long memoryBytes() {
            return memory;
        }

        @Override
        public long freeBytes(Path folder) {
            return disk;
        }

        @Override
        public int javaFeature() {
            return java;
        }
    }

    @Test
    void aGoodMachineHasNoProblem() {
        assertThat(problems(new Fake(Set.of(), true, 8 * GIB, 50 * GIB, 21))).isEmpty();
    }

    @Test
    void aPortInUseIsNamedWithItsServiceAndHowToMoveIt() {
        assertThat(problems(new Fake(Set.of(5432, 8000), true, 8 * GIB, 50 * GIB, 25)))
                .extracting(Finding.Problem::what)
                .containsExactly(
                        "port 8000, where prediction-api is to listen, is in use",
                        "port 5432, where postgres is to listen, is in use");
        assertThat(problems(new Fake(Set.of(5432), true, 8 * GIB, 50 * GIB, 25))
                        .get(0)
                        .remedy())
                .contains("MILLRACE_PORT_POSTGRES=15432 ./millrace up");
    }

    @Test
    void everythingThatIsMissingIsSaidAtOnceWithItsRemedy() {
        List<Finding.Problem> problems = problems(new Fake(Set.of(9092), false, 4 * GIB, GIB, 17));

        assertThat(problems)
                .extracting(Finding.Problem::what)
                .containsExactly(
                        "the JDK is 17: expected 21 or newer",
                        "no python3 of at least 3.10 with the module venv is on PATH (the model registry needs it)",
                        "the library libgomp.so.1 is missing (training needs it)",
                        "not found on PATH: setpriv, setsid, unshare (they tie processes to their parent)",
                        "memory is 4.0 GiB: expected at least 6.0 GiB",
                        "/data/millrace has 1.0 GiB free: expected at least 4.0 GiB",
                        "port 9092, where kafka is to listen, is in use");
        assertThat(problems)
                .extracting(Finding.Problem::remedy)
                .contains("apt-get install libgomp1", "apt-get install python3 python3-venv");
    }

    @Test
    @Timeout(5)
    void thisMachineIsLookedAtInTime() {
        assertThat(new Preflight(new LinuxMachine(), HOME).all(Ports.from(Map.of())))
                .hasSize(15);
    }

    @Test
    void aMovedPortIsTakenAndNonsenseIsRefusedAllAtOnce() {
        assertThat(Ports.from(Map.of("MILLRACE_PORT_KAFKA", "19092")).of("kafka"))
                .isEqualTo(19_092);
        assertThat(Ports.from(Map.of()).of("feature-stream")).isEqualTo(8002);
        assertThatThrownBy(() -> Ports.from(Map.of("MILLRACE_PORT_KAFKA", "many", "MILLRACE_PORT_S3", "70000")))
                .isInstanceOf(LocalStackException.class)
                .hasMessageContaining("MILLRACE_PORT_KAFKA is \"many\": expected a port from 1 to 65535")
                .hasMessageContaining("MILLRACE_PORT_S3 is \"70000\"");
        assertThatThrownBy(() -> Ports.from(Map.of()).of("nothing"))
                .hasMessageContaining("no port is named nothing: expected one of [prediction-api");
    }

    private static List<Finding.Problem> problems(Machine machine) {
        return new Preflight(machine, HOME)
                .all(Ports.from(Map.of())).stream()
                        .filter(Finding.Problem.class::isInstance)
                        .map(Finding.Problem.class::cast)
                        .toList();
    }
}
