package dev.millrace.prediction.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.feature.View;
import dev.millrace.forest.ModelFormatException;
import dev.millrace.prediction.Parcels;
import dev.millrace.prediction.TestPackages;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ModelFollowerTests {

    /** Long enough for every answer that comes at all. */
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    @TempDir
    private Path folder;

    private StandInRegistry server;
    private ModelRegistry registry;
    private ModelCache cache;

    @BeforeEach
    void start() throws Exception {
        server = new StandInRegistry(TestPackages.of(Parcels.MODEL, 1));
        registry = new ModelRegistry(server.url(), TIMEOUT);
        cache = new ModelCache(folder);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private ModelFollower follower() {
        return follower(Alias.CHAMPION, model -> List.of());
    }

    private ModelFollower follower(Alias alias, KeptViews views) {
        return new ModelFollower(
                alias,
                Parcels.compiled(),
                views,
                registry,
                cache,
                new ModelMetrics(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)));
    }

    @Test
    void anAnswerThatStopsAfterItsHeadersIsNotWaitedFor() {
        server.stallAt("alias");
        assertThatThrownBy(() -> registry.version(Parcels.MODEL, Alias.CHAMPION))
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e -> assertThat(e.code()).isEqualTo(RegistryException.Code.UNREACHABLE))
                .hasMessage(
                        "expected the whole answer of MLflow at " + server.url() + " within 2000 ms, but came less");
    }

    @Test
    void aDownloadThatStopsIsTriedAgainAtTheNextLook() {
        ModelFollower follower = follower();
        server.stallAt("model.ubj");
        follower.follow();
        assertThat(follower.served()).isEmpty();
        assertThat(follower.trouble()).map(Reason::code).contains("registry-unreachable");
        server.answerAll();
        follower.follow();
        assertThat(follower.served()).map(ServedModel::version).contains("v1");
        assertThat(follower.trouble()).isEmpty();
    }

    @Test
    void aDownloadWithoutEndIsRefusedAndTheVersionBeforeStays() {
        ModelFollower follower = follower();
        follower.follow();
        server.promote("2");
        server.endlessAt("millrace.json");
        follower.follow();
        assertThat(follower.served()).map(ServedModel::version).contains("v1");
        assertThat(follower.trouble())
                .contains(new Reason(
                        "model-unsupported",
                        "the champion of late is refused: model-unsupported: expected at most 16777216 bytes of millrace.json,"
                                + " of a package of at most " + PackageFiles.MOST_BYTES
                                + ": train fewer or smaller trees, or give the service more memory, but came more"));
    }

    @Test
    void noMoreIsTakenOfAFileThanTellsThatItIsTooLong() throws Exception {
        RegisteredVersion version =
                registry.version(Parcels.MODEL, Alias.CHAMPION).orElseThrow();
        int length = registry.file(version, "model.ubj", 1 << 20).length;
        assertThat(registry.file(version, "model.ubj", length)).hasSize(length);
        assertThatThrownBy(() -> registry.file(version, "model.ubj", length - 1))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageStartingWith("model-unsupported: expected at most " + (length - 1) + " bytes of model.ubj");
        server.endlessAt("model.ubj");
        assertThatThrownBy(() -> registry.file(version, "model.ubj", 1 << 20)).isInstanceOf(ModelFormatException.class);
    }

    /** A package stays in memory no longer than somebody asks for it. */
    @Test
    void whatWaitedForItsViewsIsForgottenWhenAnotherVersionIsNamed() {
        AtomicReference<List<View>> missing = new AtomicReference<>(List.of());
        ModelFollower follower = follower(Alias.CHALLENGER, model -> missing.get());
        follower.follow();
        missing.set(Parcels.compiled().views());
        server.promote("2");
        follower.follow();
        follower.follow();
        assertThat(follower.trouble()).map(Reason::code).contains("views-not-kept");
        assertThat(server.downloads()).isEqualTo(2);
        server.promote("1");
        follower.follow();
        server.promote("2");
        follower.follow();
        assertThat(server.downloads()).isEqualTo(3);
        server.withdraw();
        follower.follow();
        assertThat(follower.served()).isEmpty();
        server.promote("2");
        follower.follow();
        assertThat(server.downloads()).isEqualTo(4);
    }

    @Test
    void aChampionThatCannotBeKeptOnDiskIsTriedAgainUntilItIs() throws Exception {
        Path inTheWay = Files.createFile(folder.resolve(Parcels.MODEL));
        ModelFollower follower = follower();
        for (int look = 0; look < 2; look++) {
            follower.follow();
            assertThat(follower.served()).map(ServedModel::version).contains("v1");
            assertThat(follower.trouble()).contains(notKept(inTheWay));
        }
        Files.delete(inTheWay);
        follower.follow();
        assertThat(follower.trouble()).isEmpty();
        assertThat(cache.last(Parcels.MODEL))
                .map(files -> files.version().version())
                .contains("1");
    }

    /** It is then that it is needed most. */
    @Test
    void aChampionIsKeptOnDiskWhileTheRegistryIsAway() throws Exception {
        Path inTheWay = Files.createFile(folder.resolve(Parcels.MODEL));
        ModelFollower follower = follower();
        follower.follow();
        Files.delete(inTheWay);
        server.close();
        follower.follow();
        assertThat(follower.trouble()).map(Reason::code).contains("registry-unreachable");
        assertThat(cache.last(Parcels.MODEL)).isPresent();
    }

    private static Reason notKept(Path inTheWay) throws IOException {
        return new Reason(
                "model-cache",
                "version 1 of late cannot be kept on disk, and a start without the registry would serve the one before: "
                        + "java.nio.file.FileAlreadyExistsException: " + inTheWay);
    }
}
