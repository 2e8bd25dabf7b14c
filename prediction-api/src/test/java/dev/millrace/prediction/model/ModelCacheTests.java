package dev.millrace.prediction.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.forest.ModelFormatException;
import dev.millrace.prediction.Parcels;
import dev.millrace.prediction.TestPackages;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCacheTests {

    @TempDir
    private Path folder;

    private PackageFiles keep(ModelCache cache, String version, long seed) throws Exception {
        TestPackages files = TestPackages.of("late", seed);
        RegisteredVersion registered = new RegisteredVersion(version, "mlflow-artifacts:/0/a/artifacts/model");
        PackageFiles kept = new PackageFiles(registered, files.manifest(), files.trees());
        cache.keep("late", kept);
        return kept;
    }

    @Test
    void theLastPackageIsKeptAndNoOther() throws Exception {
        ModelCache cache = new ModelCache(folder);
        assertThat(cache.last("late")).isEmpty();
        keep(cache, "1", 1);
        PackageFiles second = keep(cache, "2", 2);
        PackageFiles last = cache.last("late").orElseThrow();
        assertThat(last.version()).isEqualTo(second.version());
        assertThat(last.trees()).isEqualTo(second.trees());
        assertThat(last.open("late", Parcels.model().digest()).version()).isEqualTo("v2");
        try (Stream<Path> kept = Files.list(folder.resolve("late"))) {
            assertThat(kept).hasSize(2);
        }
    }

    @Test
    void anotherModelsPackageIsRefused() throws Exception {
        PackageFiles files = keep(new ModelCache(folder), "1", 1);
        assertThatThrownBy(() -> files.open("early", "d"))
                .isInstanceOf(ModelFormatException.class)
                .hasMessage("model-invalid: expected a package of the model early, but came one of late");
        assertThatThrownBy(() -> files.open("late", "d"))
                .isInstanceOf(ModelFormatException.class)
                .hasMessage("model-invalid: expected a package trained under the feature definitions d, but came one"
                        + " trained under " + Parcels.model().digest() + ": train again");
    }

    @Test
    void aBrokenPackageOnDiskIsNotServed() throws Exception {
        ModelCache cache = new ModelCache(folder);
        keep(cache, "1", 1);
        Path trees;
        try (Stream<Path> all = Files.walk(folder)) {
            trees = all.filter(path -> path.endsWith("model.ubj")).findFirst().orElseThrow();
        }
        Files.write(trees, new byte[] {1, 2, 3});
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        ModelRegistry nobody = new ModelRegistry(URI.create("http://127.0.0.1:1"), Duration.ofSeconds(1));
        ModelFollower follower =
                new ModelFollower("late", Parcels.model().digest(), nobody, cache, new ModelMetrics(meters));
        follower.startFromCache();
        assertThat(follower.served()).isEmpty();
        assertThat(follower.trouble()).map(Reason::code).contains("model-digest");
        Files.delete(trees);
        follower.startFromCache();
        assertThat(follower.trouble()).map(Reason::code).contains("model-cache");
        assertThat(meters.counter("model_loads_total", "model", "late", "result", "model-cache")
                        .count())
                .isEqualTo(1);
    }
}
