package dev.millrace.prediction.model;

import dev.millrace.forest.model.ModelManifest;
import dev.millrace.forest.model.ModelPackage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * The last good package of each model on disk. Files are written under the digest of their content; the pointer to them is
 * replaced last, in one step: a crash at any point leaves the former package or the new one.
 */
public final class ModelCache {

    private static final String POINTER = "current.properties";

    private final Path folder;

    public ModelCache(Path folder) {
        this.folder = folder;
    }

    void keep(String model, PackageFiles files) throws IOException {
        Path place = Files.createDirectories(folder.resolve(model));
        String digest = ModelPackage.sha256(files.manifest());
        Path kept = Files.createDirectories(place.resolve(digest));
        Files.write(kept.resolve(ModelManifest.TREES), files.trees());
        Files.write(kept.resolve(ModelManifest.FILE), files.manifest());
        Properties pointer = new Properties();
        pointer.setProperty("version", files.version().version());
        pointer.setProperty("source", files.version().source());
        pointer.setProperty("folder", digest);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        pointer.store(bytes, null);
        Path fresh = place.resolve(POINTER + ".new");
        Files.write(fresh, bytes.toByteArray());
        Files.move(fresh, place.resolve(POINTER), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        deleteOthers(place, digest);
    }

    Optional<PackageFiles> last(String model) throws IOException {
        Path place = folder.resolve(model);
        if (!Files.exists(place.resolve(POINTER))) {
            return Optional.empty();
        }
        Properties pointer = new Properties();
        pointer.load(new ByteArrayInputStream(Files.readAllBytes(place.resolve(POINTER))));
        Path kept = place.resolve(pointer.getProperty("folder", "?"));
        return Optional.of(new PackageFiles(
                new RegisteredVersion(pointer.getProperty("version", "?"), pointer.getProperty("source", "?")),
                Files.readAllBytes(kept.resolve(ModelManifest.FILE)),
                Files.readAllBytes(kept.resolve(ModelManifest.TREES))));
    }

    private static void deleteOthers(Path place, String digest) throws IOException {
        List<Path> others;
        try (Stream<Path> folders = Files.list(place)) {
            others = folders.filter(Files::isDirectory)
                    .filter(other -> !other.endsWith(digest))
                    .toList();
        }
        for (Path other : others) {
            Files.deleteIfExists(other.resolve(ModelManifest.TREES));
            Files.deleteIfExists(other.resolve(ModelManifest.FILE));
            Files.deleteIfExists(other);
        }
    }
}
