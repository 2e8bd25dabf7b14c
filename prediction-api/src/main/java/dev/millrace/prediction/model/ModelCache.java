package dev.millrace.prediction.model;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.millrace.forest.ModelFormatException;
import dev.millrace.forest.model.ModelManifest;
import dev.millrace.forest.model.ModelPackage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * The last good package of each model on disk. A folder of files gets its name, the digest of its content, when all of them are
 * written, and is not written to again; the pointer to it is replaced last, in one step: a crash at any point leaves the former
 * package or the new one.
 */
public final class ModelCache {

    private static final String POINTER = "current.properties";

    /** The end of the name of what is not complete yet. */
    private static final String NEW = ".new";

    private final Path folder;

    public ModelCache(Path folder) {
        this.folder = folder;
    }

    void keep(String model, PackageFiles files) throws IOException, ModelFormatException {
        Path place = Files.createDirectories(folder.resolve(model));
        String digest = ModelPackage.sha256(ModelPackage.file(files.files(), ModelManifest.FILE));
        Path kept = place.resolve(digest);
        if (!holds(kept, files)) {
            Path fresh = place.resolve(digest + NEW);
            delete(fresh);
            write(fresh, files);
            // There only where files of it were lost or changed afterwards.
            delete(kept);
            Files.move(fresh, kept, StandardCopyOption.ATOMIC_MOVE);
        }
        Properties pointer = new Properties();
        pointer.setProperty("version", files.version().version());
        pointer.setProperty("source", files.version().source());
        pointer.setProperty("folder", digest);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        pointer.store(bytes, null);
        Path fresh = place.resolve(POINTER + NEW);
        writeThrough(fresh, bytes.toByteArray());
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
        String digest = pointer.getProperty("folder", "?");
        Path kept = place.resolve(digest);
        byte[] manifest = Files.readAllBytes(kept.resolve(ModelManifest.FILE));
        if (!ModelPackage.sha256(manifest).equals(digest)) {
            throw new IOException("expected a manifest of the digest " + digest + " in " + kept);
        }
        return Optional.of(PackageFiles.read(
                new RegisteredVersion(pointer.getProperty("version", "?"), pointer.getProperty("source", "?")),
                (path, most) -> {
                    PackageFiles.check(path, Files.size(kept.resolve(path)), most);
                    return Files.readAllBytes(kept.resolve(path));
                }));
    }

    private static boolean holds(Path folder, PackageFiles files) throws IOException {
        for (Map.Entry<String, byte[]> file : files.files().entrySet()) {
            Path path = folder.resolve(file.getKey());
            if (!Files.isRegularFile(path) || !Arrays.equals(Files.readAllBytes(path), file.getValue())) {
                return false;
            }
        }
        return true;
    }

    private static void write(Path folder, PackageFiles files) throws IOException {
        for (Map.Entry<String, byte[]> file : files.files().entrySet()) {
            Path path = folder.resolve(file.getKey());
            Files.createDirectories(path.resolveSibling(""));
            writeThrough(path, file.getValue());
        }
    }

    /**
     * Onto the disk itself: what is renamed afterwards is whole, whatever happens. Synced once: the option DSYNC would do so for every
     * piece that is written.
     */
    private static void writeThrough(Path path, byte[] bytes) throws IOException {
        try (FileChannel file = FileChannel.open(path, CREATE, TRUNCATE_EXISTING, WRITE)) {
            ByteBuffer left = ByteBuffer.wrap(bytes);
            while (left.hasRemaining()) {
                file.write(left);
            }
            file.force(true);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
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
