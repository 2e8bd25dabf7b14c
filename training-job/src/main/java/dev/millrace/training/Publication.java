package dev.millrace.training;

import dev.millrace.forest.ModelFormatException;
import dev.millrace.forest.model.ManifestCodec;
import dev.millrace.forest.model.ModelManifest;
import dev.millrace.forest.model.ModelPackage;
import dev.millrace.training.data.ModelSpec;
import dev.millrace.training.data.TrainingException;
import dev.millrace.training.data.TrainingException.Code;
import dev.millrace.training.data.TrainingSet;
import dev.millrace.training.mlflow.Artifacts;
import dev.millrace.training.mlflow.MlflowException;
import dev.millrace.training.mlflow.ModelVersion;
import dev.millrace.training.mlflow.Registry;
import dev.millrace.training.mlflow.Tracking;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Brings what a training run made into MLflow, and a version before the users: it moves the alias that is served. */
public final class Publication implements AutoCloseable {

    private static final String PACKAGE = "model";

    private final Tracking tracking;
    private final Artifacts artifacts;
    private final Registry registry;

    public Publication(URI server, Duration timeout, Clock clock) {
        this.tracking = new Tracking(server, clock);
        this.artifacts = new Artifacts(server, timeout);
        this.registry = new Registry(server, timeout);
    }

    /** Records the run with its files and registers its model as the next version. */
    public ModelVersion publish(TrainingRun.Outcome outcome) {
        TrainingSet set = outcome.set();
        ModelSpec spec = set.spec();
        Map<String, String> tags = new TreeMap<>(Map.of(
                "millrace.use_case", spec.useCase(),
                "millrace.model", spec.model(),
                "millrace.definitions_digest", spec.definitionsDigest()));
        set.origin().forEach((name, value) -> tags.put("millrace." + name, value));
        try (Tracking.Run run = tracking.begin(spec.useCase(), tags)) {
            Map<String, Object> parameters = new LinkedHashMap<>(outcome.parameters());
            parameters.put("rows_train", outcome.split().train().length);
            parameters.put("rows_test", outcome.split().test().length);
            parameters.put("features", set.featureNames().size());
            run.parameters(parameters);
            run.metrics(outcome.metrics());
            outcome.reports().forEach((path, bytes) -> artifacts.upload(run.artifactUri(), path, bytes));
            String source = run.artifactUri() + "/" + PACKAGE;
            outcome.packageFiles().forEach((path, bytes) -> artifacts.upload(source, path, bytes));
            registry.createModel(spec.model());
            ModelVersion version = registry.createVersion(spec.model(), run.id(), source, tags);
            run.tag("millrace.version", version.version());
            run.finish();
            return version;
        }
    }

    /**
     * Gives the version an alias, after its package has been read back and has reproduced its golden rows.
     *
     * @throws TrainingException when it does not
     */
    void promote(String model, String version, Alias alias) {
        var unused = validated(model, version);
        if (alias != Alias.CHAMPION
                && version(model, Alias.CHAMPION)
                        .filter(champion -> champion.version().equals(version))
                        .isPresent()) {
            throw new TrainingException(
                    Code.GATE,
                    "expected another version than the champion for the alias %s, but version %s of %s is the champion"
                            .formatted(alias, version, model));
        }
        registry.setAlias(model, alias.toString(), version);
    }

    /** Takes an alias away; its version stays registered. */
    void withdraw(String model, Alias alias) {
        registry.deleteAlias(model, alias.toString());
    }

    Optional<ModelVersion> version(String model, Alias alias) {
        return registry.byAlias(model, alias.toString());
    }

    /**
     * The version that is served.
     *
     * @param opened null when its package cannot be read: then it cannot be served either
     */
    public record Champion(String version, @Nullable ModelPackage opened) {}

    public Optional<Champion> champion(String model) {
        return version(model, Alias.CHAMPION).map(version -> {
            try {
                return new Champion(version.version(), validated(model, version.version()));
            } catch (TrainingException e) {
                return new Champion(version.version(), null);
            }
        });
    }

    private ModelPackage validated(String model, String version) {
        try {
            String source = registry.version(model, version).source();
            Map<String, byte[]> files = new TreeMap<>();
            byte[] manifest = artifacts.download(source, ModelManifest.FILE);
            files.put(ModelManifest.FILE, manifest);
            for (String path : ManifestCodec.read(manifest).trees()) {
                files.put(path, artifacts.download(source, path));
            }
            ModelPackage opened = ModelPackage.open(files);
            for (String file : opened.manifest().definitions()) {
                ModelPackage.check(opened.manifest(), file, artifacts.download(source, file));
            }
            return opened;
        } catch (ModelFormatException e) {
            throw new TrainingException(
                    Code.UNKNOWN_VERSION,
                    "version %s of %s is no model package that can be served: %s"
                            .formatted(version, model, e.getMessage()),
                    e);
        } catch (MlflowException e) {
            if (e.code() != MlflowException.Code.NOT_FOUND) {
                throw e;
            }
            throw new TrainingException(
                    Code.UNKNOWN_VERSION,
                    "expected version %s of %s with a model package, but the registry has none"
                            .formatted(version, model),
                    e);
        }
    }

    @Override
    public void close() {
        tracking.close();
    }
}
