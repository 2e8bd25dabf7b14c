package dev.millrace.prediction.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.View;
import dev.millrace.forest.ModelFormatException;
import dev.millrace.forest.model.ModelManifest;
import dev.millrace.forest.model.ModelPackage;
import dev.millrace.prediction.Parcels;
import dev.millrace.prediction.TestPackages;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.loader.DefinitionFiles;
import dev.millrace.schema.loader.UseCaseLoader;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelCacheTests {

    @TempDir
    private Path folder;

    private PackageFiles keep(ModelCache cache, String version, long seed) throws Exception {
        TestPackages files = TestPackages.of("late", seed);
        RegisteredVersion registered = new RegisteredVersion(version, "mlflow-artifacts:/0/a/artifacts/model");
        PackageFiles kept = new PackageFiles(registered, files.files());
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
        assertThat(last.files().keySet())
                .isEqualTo(second.files().keySet())
                .contains("millrace.json", "model.ubj", "definitions/events/parcel.avsc");
        assertThat(last.files().get("model.ubj")).isEqualTo(second.files().get("model.ubj"));
        assertThat(last.open(Parcels.compiled()).version()).isEqualTo("v2");
        try (Stream<Path> kept = Files.list(folder.resolve("late"))) {
            assertThat(kept).hasSize(2);
        }
    }

    /** A digit of a threshold, say: trees and golden rows are as they were. */
    @Test
    void aManifestThatWasChangedIsNotServed() throws Exception {
        ModelCache cache = new ModelCache(folder);
        keep(cache, "1", 1);
        Path manifest = trees().resolveSibling("millrace.json");
        Files.writeString(manifest, Files.readString(manifest) + " ");
        assertThatThrownBy(() -> cache.last("late"))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("expected a manifest of the digest ");
    }

    /** When nothing of it was written. */
    private static final FileTime LONG_AGO = FileTime.fromMillis(1_000_000_000_000L);

    private Path trees() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(path -> path.endsWith("model.ubj")).findFirst().orElseThrow();
        }
    }

    @Test
    void whatIsCompleteIsNotWrittenAgain() throws Exception {
        ModelCache cache = new ModelCache(folder);
        keep(cache, "1", 1);
        Files.setLastModifiedTime(trees(), LONG_AGO);
        keep(cache, "2", 1);
        assertThat(Files.getLastModifiedTime(trees())).isEqualTo(LONG_AGO);
        assertThat(cache.last("late")).map(last -> last.version().version()).contains("2");
    }

    @Test
    void whatCannotBeWrittenToItsEndLeavesTheFormer() throws Exception {
        ModelCache cache = new ModelCache(folder);
        PackageFiles former = keep(cache, "1", 1);
        Files.setLastModifiedTime(trees(), LONG_AGO);
        SortedMap<String, byte[]> files = new TreeMap<>(former.files());
        files.put("model.ubj/of-a-file", new byte[0]);
        PackageFiles impossible = new PackageFiles(former.version(), files);
        assertThatThrownBy(() -> cache.keep("late", impossible))
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith("model.ubj");
        assertThat(Files.getLastModifiedTime(folder.resolve("late")
                        .resolve(ModelPackage.sha256(ModelPackage.file(former.files(), ModelManifest.FILE)))
                        .resolve("model.ubj")))
                .as("not written to")
                .isEqualTo(LONG_AGO);
        assertThat(cache.last("late").orElseThrow().open(Parcels.compiled()).version())
                .isEqualTo("v1");
        keep(cache, "2", 2);
        try (Stream<Path> kept = Files.list(folder.resolve("late"))) {
            assertThat(kept).as("nothing is left of it").hasSize(2);
        }
    }

    @Test
    void aPackageThatWasBrokenOnDiskIsReplaced() throws Exception {
        ModelCache cache = new ModelCache(folder);
        keep(cache, "1", 1);
        Files.write(trees(), new byte[] {1, 2, 3});
        keep(cache, "1", 1);
        assertThat(cache.last("late").orElseThrow().open(Parcels.compiled()).version())
                .isEqualTo("v1");
    }

    @Test
    void anotherModelsPackageIsRefused() throws Exception {
        PackageFiles files = keep(new ModelCache(folder), "1", 1);
        UseCase other =
                new DefinitionFiles("parcels", edited("models/late.yaml", "model: late", "model: early")).load();
        CompiledModel early = new CompiledModel(
                other, FeatureEngine.compile(other).model("early").orElseThrow());
        assertThatThrownBy(() -> files.open(early))
                .isInstanceOf(ModelFormatException.class)
                .hasMessage("model-invalid: expected a package of the model early, but came one of late");
    }

    @Test
    void aPackageIsReadByItsOwnDefinitions() throws Exception {
        CompiledModel changed = changed();
        ServedModel served = keep(new ModelCache(folder), "1", 1).open(changed);
        assertThat(served.compiled().model().digest())
                .isEqualTo(Parcels.model().digest())
                .isNotEqualTo(changed.model().digest());
        assertThat(served.compiled().views())
                .extracting(View::name)
                .containsExactlyInAnyOrder("sender", "depot_late", "depot");
    }

    @Test
    void aPackageWithoutDefinitionsIsReadByThoseOfTheFolderOrRefused() throws Exception {
        PackageFiles files = files(TestPackages.withoutDefinitions(Parcels.ENGINE.useCase(), "late", 1));
        assertThat(files.open(Parcels.compiled()).compiled()).isEqualTo(Parcels.compiled());
        CompiledModel changed = changed();
        assertThatThrownBy(() -> files.open(changed))
                .isInstanceOf(ModelFormatException.class)
                .hasMessage("model-invalid: expected definitions in the package, or one trained under those in the"
                        + " service's folder, " + changed.model().digest()
                        + ", but came a package without, trained under "
                        + Parcels.model().digest() + ": train again");
    }

    @Test
    void definitionsThatAreNotThePackagesAreRefused() throws Exception {
        String views = "definitions/features/sender.yaml";
        TestPackages good = TestPackages.of("late", 1);
        assertThatThrownBy(() -> files(good.broken(views)).open(Parcels.compiled()))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageStartingWith("model-digest: expected sha256 ")
                .hasMessageContaining(" of " + views + ", but came ");
        SortedMap<String, byte[]> less = new TreeMap<>(good.files());
        less.remove(views);
        assertThatThrownBy(() -> files(new TestPackages(less)).open(Parcels.compiled()))
                .isInstanceOf(ModelFormatException.class)
                .hasMessage("model-invalid: expected the file " + views + " in the package, but came none");
    }

    /** It would fail at each good request. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "features/sender.yaml|over: [1h, 1d]|over: [2h, 1d]|stores sender.parcels_1h, which the request's 'parcels'"
                        + " replaces, but came [sender.parcels_2h,",
                "events/parcel.avsc|\"fragile\"|\"brittle\"|has the request's 'fragile' in its event parcel, but came"
                        + " [parcel_id, ",
            })
    void aVersionThatCannotBeAskedAsTheFolderSaysIsRefused(String path, String from, String to, String message)
            throws Exception {
        UseCase other = withoutServe(edited(path, from, to));
        PackageFiles files = files(TestPackages.of(other, "late", 1));
        assertThatThrownBy(() -> files.open(Parcels.compiled()))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageStartingWith("model-invalid: expected that version 1, which has no 'serve' of its own and is"
                        + " asked as the service's folder says, " + message)
                .hasMessageEndingWith(": train again");
    }

    @Test
    void aVersionWithoutServeIsAskedAsTheFolderSays() throws Exception {
        UseCase other =
                withoutServe(DefinitionFiles.of(Parcels.ENGINE.useCase()).files());
        ServedModel opened = files(TestPackages.of(other, "late", 1)).open(Parcels.compiled());
        assertThat(opened.compiled().model().definition().serve()).isEmpty();
    }

    private UseCase withoutServe(SortedMap<String, byte[]> definitions) throws IOException {
        Path useCase = folder.resolve("parcels");
        for (Map.Entry<String, byte[]> file : definitions.entrySet()) {
            Path path = useCase.resolve(file.getKey());
            Files.createDirectories(path.resolveSibling(""));
            Files.write(path, file.getValue());
        }
        Path model = useCase.resolve("models/late.yaml");
        String text = Files.readString(model);
        Files.writeString(model, text.substring(0, text.indexOf("serve:")) + text.substring(text.indexOf("promote:")));
        return UseCaseLoader.load(folder, "parcels");
    }

    @Test
    void aPackageIsReadNoFurtherThanItsBound() throws Exception {
        PackageFiles kept = keep(new ModelCache(folder), "1", 1);
        try (RandomAccessFile trees = new RandomAccessFile(trees().toFile(), "rw")) {
            trees.setLength(PackageFiles.MOST_BYTES);
        }
        assertThatThrownBy(() -> new ModelCache(folder).last("late"))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageStartingWith("model-unsupported: expected at most "
                        + (PackageFiles.MOST_BYTES - kept.files().get("millrace.json").length) + " bytes of model.ubj");
    }

    private static PackageFiles files(TestPackages files) {
        return new PackageFiles(new RegisteredVersion("1", "mlflow-artifacts:/0/a/artifacts/model"), files.files());
    }

    /** As a folder defines it that has moved on. */
    private static CompiledModel changed() {
        UseCase useCase = new DefinitionFiles(
                        "parcels", edited("features/sender.yaml", "over: [1h, 1d]", "over: [1h, 2d]"))
                .load();
        return new CompiledModel(
                useCase, FeatureEngine.compile(useCase).model("late").orElseThrow());
    }

    private static SortedMap<String, byte[]> edited(String path, String from, String to) {
        SortedMap<String, byte[]> files =
                new TreeMap<>(DefinitionFiles.of(Parcels.ENGINE.useCase()).files());
        files.computeIfPresent(
                path,
                (name, content) -> new String(content, StandardCharsets.UTF_8)
                        .replace(from, to)
                        .getBytes(StandardCharsets.UTF_8));
        return files;
    }

    @Test
    void aBrokenPackageOnDiskIsNotServed() throws Exception {
        ModelCache cache = new ModelCache(folder);
        keep(cache, "1", 1);
        Path trees = trees();
        Files.write(trees, new byte[] {1, 2, 3});
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        ModelRegistry nobody = new ModelRegistry(URI.create("http://127.0.0.1:1"), Duration.ofSeconds(1));
        ModelFollower follower = new ModelFollower(
                Alias.CHAMPION, Parcels.compiled(), model -> List.of(), nobody, cache, new ModelMetrics(meters));
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
