package dev.millrace.prediction.model;

import dev.millrace.forest.ModelFormatException;
import dev.millrace.forest.model.ModelManifest;
import dev.millrace.forest.model.ModelPackage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
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

    void keep(String model, PackageFiles files) throws IOException, ModelFormatException {
        Path place = Files.createDirectories(folder.resolve(model));
        String digest = ModelPackage.sha256(ModelPackage.file(files.files(), ModelManifest.FILE));
        Path kept = Files.createDirectories(place.resolve(digest));
        for (Map.Entry<String, byte[]> file : files.files().entrySet()) {
            Path path = kept.resolve(file.getKey());
            Files.createDirectories(path.resolveSibling(""));
            Files.write(path, file.getValue());
        }
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

    Optional<PackageFiles> last(String model) throws IOException, ModelFormatException {
        Path place = folder.resolve(model);
        if (!Files.exists(place.resolve(POINTER))) {
            return Optional.empty();
        }
        Properties pointer = new Properties();
        pointer.load(new ByteArrayInputStream(Files.readAllBytes(place.resolve(POINTER))));
        Path kept = place.resolve(pointer.getProperty("folder", "?"));
        return Optional.of(PackageFiles.read(
                new RegisteredVersion(pointer.getProperty("version", "?"), pointer.getProperty("source", "?")),
                path -> Files.readAllBytes(kept.resolve(path))));
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static void deleteOthers(Path place, String digest) throws IOException {
        List<Path> others;
        try (Stream<Path> folders = Files.list(place)) {
            others = folders.filter(Files::isDirectory)
                    .filter(other -> !other.endsWith(digest))
                    .toList();
        }
        for (Path other : others) {
            delete(other);
        }
    }
}
