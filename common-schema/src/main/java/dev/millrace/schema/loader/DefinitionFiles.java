package dev.millrace.schema.loader;

import dev.millrace.schema.definition.InvalidUseCaseException;
import dev.millrace.schema.definition.UseCase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a use case's folder says of its events, views and models, apart from the folder: enough to compile its models where the
 * folder is away, or has moved on. How foreign files are read and traffic is made is not among it.
 *
 * @param files content by path in the folder, such as {@code events/orders.avsc}
 */
public record DefinitionFiles(String useCase, SortedMap<String, byte[]> files) {

    private static final String ITSELF = "use-case.yaml";
    private static final Map<String, String> FOLDERS =
            Map.of("events", ".avsc", "features", ".yaml", "models", ".yaml");

    /** A name that stays in the folder that it is resolved in. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]*");

    public DefinitionFiles {
        files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
        require(NAME.matcher(useCase).matches(), "a use case's name", useCase);
        files.keySet().forEach(path -> require(isDefinition(path), "the path of a definition", path));
    }

    /** Those in the folder that a use case was loaded from. */
    public static DefinitionFiles of(UseCase useCase) {
        List<Path> found = new ArrayList<>(List.of(useCase.folder().resolve(ITSELF)));
        FOLDERS.forEach((folder, ending) -> found.addAll(list(useCase.folder().resolve(folder), ending)));
        SortedMap<String, byte[]> files = new TreeMap<>();
        for (Path file : found) {
            String path = useCase.folder().relativize(file).toString().replace('\\', '/');
            files.put(path, content(file));
        }
        return new DefinitionFiles(useCase.name(), files);
    }

    /** @throws InvalidUseCaseException holds all that is wrong */
    public UseCase load() {
        try {
            Path parent = Files.createTempDirectory("definitions-");
            try {
                Path folder = parent.resolve(useCase);
                writeTo(folder);
                return UseCaseLoader.load(folder);
            } finally {
                delete(parent);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot unpack the definitions of " + useCase, e);
        }
    }

    /** Writes them into a folder, which is made if it is not there; it can be loaded when it is called like the use case. */
    public void writeTo(Path folder) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path place = folder.resolve(file.getKey());
            Files.createDirectories(place.resolveSibling(""));
            Files.write(place, file.getValue());
        }
    }

    private static boolean isDefinition(String path) {
        String[] parts = path.split("/", -1);
        return path.equals(ITSELF)
                || parts.length == 2
                        && FOLDERS.containsKey(parts[0])
                        && parts[1].endsWith(String.valueOf(FOLDERS.get(parts[0])))
                        && NAME.matcher(parts[1]).matches();
    }

    private static List<Path> list(Path folder, String ending) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> found = Files.list(folder)) {
            return found.filter(file -> file.toString().endsWith(ending)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + folder, e);
        }
    }

    private static byte[] content(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file, e);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static void require(boolean holds, String expected, String came) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "Expected %s, such as events/orders.avsc of orders, but came '%s'".formatted(expected, came));
        }
    }
}
