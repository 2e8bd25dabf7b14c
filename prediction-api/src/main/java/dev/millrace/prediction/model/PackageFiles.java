package dev.millrace.prediction.model;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.Model;
import dev.millrace.forest.ModelFormatException;
import dev.millrace.forest.model.GoldenRow;
import dev.millrace.forest.model.ManifestCodec;
import dev.millrace.forest.model.ModelManifest;
import dev.millrace.forest.model.ModelPackage;
import dev.millrace.schema.definition.InvalidUseCaseException;
import dev.millrace.schema.definition.ModelDefinition;
import dev.millrace.schema.definition.ModelDefinition.RequestField;
import dev.millrace.schema.definition.ModelDefinition.ServeDefinition;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.loader.DefinitionFiles;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The files of a package as they came, not yet believed.
 *
 * @param files by path in the package: the manifest and those that it names and serving needs
 */
record PackageFiles(RegisteredVersion version, SortedMap<String, byte[]> files) {

    /** Enough rounds for the JIT to compile the scoring. */
    private static final int WARM_UP_SCORES = 20_000;

    /**
     * Of all files of a package together: a sixteenth of the heap, so that the versions that stay in memory, whose trees take about as
     * much as their files, leave room for everything else.
     */
    static final long MOST_BYTES = Runtime.getRuntime().maxMemory() / 16;

    PackageFiles {
        files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    }

    /** Where the files of a package are had from. */
    @FunctionalInterface
    interface Place<E extends Exception> {
        /**
         * @param most how many bytes it may have
         * @throws ModelFormatException when it has more
         */
        byte[] file(String path, long most) throws E, ModelFormatException;
    }

    /** @throws ModelFormatException when a file is larger than what is left of the package's bound */
    static void check(String path, long bytes, long most) throws ModelFormatException {
        if (bytes > most) {
            throw ModelFormatException.unsupported(
                    "at most %d bytes of %s, of a package of at most %d: train fewer or smaller trees, or give the service more memory"
                            .formatted(most, path, MOST_BYTES),
                    "more");
        }
    }

    /** Reads the manifest first: it names the others. */
    static <E extends Exception> PackageFiles read(RegisteredVersion version, Place<E> place)
            throws E, ModelFormatException {
        SortedMap<String, byte[]> files = new TreeMap<>();
        long left = MOST_BYTES;
        byte[] manifest = place.file(ModelManifest.FILE, Math.min(left, ManifestCodec.MAX_BYTES));
        left -= manifest.length;
        files.put(ModelManifest.FILE, manifest);
        ModelManifest says = ManifestCodec.read(manifest);
        List<String> others = new ArrayList<>(says.trees());
        others.addAll(says.definitions());
        for (String path : others) {
            // Before a path is resolved anywhere.
            requirePlain(path);
            byte[] file = place.file(path, left);
            left -= file.length;
            files.put(path, file);
        }
        return new PackageFiles(version, files);
    }

    /**
     * Opens the package (digests, signature, golden rows), compiles its definitions and warms it up.
     *
     * @param local the model as the service's own folder defines it: the name that the package must have, and the definitions
     *     of a package that brings none of its own and was trained under these
     */
    ServedModel open(CompiledModel local) throws ModelFormatException {
        ModelPackage opened = ModelPackage.open(files);
        ModelManifest says = opened.manifest();
        if (!says.model().equals(local.name())) {
            throw ModelFormatException.invalid("a package of the model " + local.name(), "one of " + says.model());
        }
        // It would read another's features.
        if (!says.useCase().equals(local.useCase().name())) {
            throw ModelFormatException.invalid(
                    "a package of the use case " + local.useCase().name(), "one of " + says.useCase());
        }
        CompiledModel compiled = says.definitions().isEmpty() ? same(local, says) : compile(says);
        List<String> given = ModelDefinition.outputs(says.classes(), says.estimates());
        List<String> defined = compiled.model().definition().outputs();
        if (!given.equals(defined)) {
            throw ModelFormatException.invalid(
                    "what the definition of %s gives, %s, in that order".formatted(says.model(), defined), "" + given);
        }
        if (compiled.model().definition().serve().isEmpty()) {
            Optional<ServeDefinition> folders = local.model().definition().serve();
            if (folders.isPresent()) {
                checkAskedBy(folders.get(), local, compiled);
            }
        }
        float sum = 0;
        for (int i = 0; i < WARM_UP_SCORES; i++) {
            GoldenRow row = says.golden().get(i % says.golden().size());
            sum += opened.scores(row.vector())[0];
        }
        if (Float.isNaN(sum)) {
            throw ModelFormatException.invalid("scores that are numbers", "NaN while warming up");
        }
        return new ServedModel(version, opened, compiled);
    }

    /** Holds how the service's folder has a version asked that does not say so itself against what the version knows. */
    private void checkAskedBy(ServeDefinition serve, CompiledModel local, CompiledModel compiled)
            throws ModelFormatException {
        List<String> answered = local.model().definition().outputs();
        List<String> given = compiled.model().definition().outputs();
        if (!given.equals(answered)) {
            throw unaskable("gives %s, of which answers are made".formatted(answered), "" + given);
        }
        List<String> stored = compiled.model().bindings().stream()
                .flatMap(binding ->
                        binding.view().features().stream().map(feature -> binding.name() + "." + feature.name()))
                .toList();
        for (RequestField field : serve.request()) {
            Optional<String> replaces = field.replaces();
            if (replaces.isPresent()) {
                if (!stored.contains(replaces.get())) {
                    throw unaskable(
                            "stores %s, which the request's '%s' replaces".formatted(replaces.get(), field.name()),
                            "" + stored);
                }
            } else if (compiled.rows().schema().getField(field.name()) == null) {
                throw unaskable(
                        "has the request's '%s' in its event %s"
                                .formatted(field.name(), compiled.rows().name()),
                        "" + compiled.rows().fieldNames());
            }
        }
    }

    private ModelFormatException unaskable(String expected, String came) {
        return ModelFormatException.invalid(
                "that version %s, which has no 'serve' of its own and is asked as the service's folder says, %s"
                        .formatted(version.version(), expected),
                came + ": train again");
    }

    private static CompiledModel same(CompiledModel local, ModelManifest says) throws ModelFormatException {
        String digest = local.model().digest();
        if (!says.definitionsDigest().equals(digest)) {
            throw ModelFormatException.invalid(
                    "definitions in the package, or one trained under those in the service's folder, " + digest,
                    "a package without, trained under " + says.definitionsDigest() + ": train again");
        }
        return local;
    }

    private CompiledModel compile(ModelManifest says) throws ModelFormatException {
        SortedMap<String, byte[]> definitions = new TreeMap<>();
        for (String path : says.definitions()) {
            byte[] content = ModelPackage.file(files, path);
            ModelPackage.check(says, path, content);
            definitions.put(path.substring(ModelManifest.DEFINITIONS.length()), content);
        }
        try {
            UseCase useCase = new DefinitionFiles(says.useCase(), definitions).load();
            Model model = FeatureEngine.compile(useCase)
                    .model(says.model())
                    .orElseThrow(() -> ModelFormatException.invalid(
                            "a definition of " + says.model() + " in the package", "none of it"));
            if (!model.digest().equals(says.definitionsDigest())) {
                throw ModelFormatException.invalid(
                        "definitions with the digest " + says.definitionsDigest(),
                        model.digest()
                                + ": the package is of a version of Millrace that reads them otherwise, train again");
            }
            return new CompiledModel(useCase, model);
        } catch (InvalidUseCaseException | IllegalArgumentException e) {
            throw ModelFormatException.invalid(
                    "definitions in the package that this version of Millrace reads", String.valueOf(e.getMessage()));
        }
    }

    private static void requirePlain(String path) throws ModelFormatException {
        if (path.contains("..") || path.contains("\\") || path.startsWith("/")) {
            throw ModelFormatException.invalid("a path in the package", "'" + path + "'");
        }
    }
}
