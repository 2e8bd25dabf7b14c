package dev.millrace.schema.loader;

import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.InvalidUseCaseException;
import dev.millrace.schema.definition.Location;
import dev.millrace.schema.definition.MappingDefinition;
import dev.millrace.schema.definition.ModelDefinition;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.definition.ViewDefinition;
import dev.millrace.schema.loader.ReferenceCheck.Written;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Reads a use case's folder:
 *
 * <pre>
 * use-case.yaml    its name and title
 * events/*.avsc    event types
 * features/*.yaml  views
 * models/*.yaml    models
 * mappings/*.yaml  foreign files (optional)
 * generator.yaml   settings of its own generator (optional)
 * </pre>
 */
public final class UseCaseLoader {
    private final Path folder;
    private final Problems problems = new Problems();
    private final Map<String, EventType> events = new HashMap<>();
    private final List<Written<ViewDefinition>> views = new ArrayList<>();
    private final List<Written<ModelDefinition>> models = new ArrayList<>();
    private final List<Written<MappingDefinition>> mappings = new ArrayList<>();
    private final Set<String> flawed = new HashSet<>();

    private UseCaseLoader(Path folder) {
        this.folder = folder;
    }

    /**
     * @param useCases the folder that holds one folder per use case
     * @throws InvalidUseCaseException holds all that is wrong
     */
    public static UseCase load(Path useCases, String name) {
        return load(useCases.resolve(name));
    }

    /** @throws InvalidUseCaseException holds all that is wrong */
    public static UseCase load(Path folder) {
        return draft(folder).without(List.of());
    }

    /**
     * What can be read of it, and all that is wrong so far.
     *
     * @throws InvalidUseCaseException when the folder holds no use case
     */
    public static UseCaseDraft draft(Path folder) {
        return new UseCaseLoader(folder).read();
    }

    private UseCaseDraft read() {
        String expected = folder.toAbsolutePath().normalize().getFileName().toString();
        if (!Files.isRegularFile(folder.resolve("use-case.yaml"))) {
            problems.add(
                    new Location("use-case.yaml", 1),
                    "missing-file",
                    "there is no use-case.yaml in " + folder + "; name a folder that holds one");
            throw new InvalidUseCaseException(expected, problems.sorted());
        }
        List<String> titles = new ArrayList<>();
        documents(folder.resolve("use-case.yaml"), (file, node) -> {
            YamlMap map = new YamlMap(file, problems, node);
            String name = map.text("use_case");
            if (!name.equals(expected)) {
                problems.add(
                        map.at("use_case"),
                        "name-differs",
                        "a use case is named like its folder: expected '" + expected + "', found '" + name + "'");
            }
            titles.add(map.text("title"));
            map.refuseUnread("a use case");
        });
        for (Path file : files("events", ".avsc")) {
            problems.attempt(() -> EventTypeReader.read(relative(file), textOf(file), problems))
                    .ifPresentOrElse(
                            event -> events.put(event.name(), event),
                            () -> flawed.add(file.getFileName().toString().replace(".avsc", "")));
        }
        files("features", ".yaml").forEach(file -> definitions(file, "view", ViewReader::read, views));
        files("models", ".yaml").forEach(file -> definitions(file, "model", ModelReader::read, models));
        files("mappings", ".yaml").forEach(file -> definitions(file, "mapping", MappingReader::read, mappings));
        new ReferenceCheck(events, views, models, mappings, flawed, problems).run();
        refuseTwins("views", views, ViewDefinition::name);
        refuseTwins("models", models, ModelDefinition::name);
        Map<String, Object> settings = settings(folder.resolve("generator.yaml"));
        String title = titles.isEmpty() ? expected : titles.getFirst();
        UseCase readable = new UseCase(
                expected,
                title,
                folder,
                events,
                definitions(views),
                definitions(models),
                definitions(mappings),
                settings);
        return new UseCaseDraft(readable, flawed, problems.sorted());
    }

    private static <T> List<T> definitions(List<Written<T>> written) {
        return written.stream().map(Written::definition).toList();
    }

    private <T> void definitions(Path file, String kind, Function<YamlMap, T> reader, List<Written<T>> into) {
        documents(file, (name, node) -> {
            int before = problems.count();
            YamlMap map = new YamlMap(name, problems, node);
            problems.attempt(() -> reader.apply(map)).ifPresent(definition -> into.add(new Written<>(definition, map)));
            if (problems.count() > before && map.has(kind)) {
                problems.attempt(() -> map.text(kind)).ifPresent(flawed::add);
            }
        });
    }

    private <T> void refuseTwins(String kind, List<Written<T>> all, Function<T, String> name) {
        Set<String> seen = new HashSet<>();
        for (Written<T> each : all) {
            String its = name.apply(each.definition());
            if (!seen.add(its)) {
                problems.add(each.map().at(), "duplicate-name", "there are two " + kind + " '" + its + "'; rename one");
            }
        }
    }

    private void documents(Path file, BiConsumer<String, Node> reader) {
        String name = relative(file);
        LoadSettings settings = LoadSettings.builder()
                .setLabel(name)
                .setAllowDuplicateKeys(true)
                .build();
        try {
            for (Node node : new Compose(settings).composeAllFromString(textOf(file))) {
                problems.attempt(() -> {
                    reader.accept(name, node);
                    return name;
                });
            }
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
            problems.add(new Location(name, line), "bad-yaml", "this is not YAML: " + e.getProblem());
        }
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> settings(Path file) {
        if (!Files.exists(file)) {
            return Map.of();
        }
        try {
            Object loaded =
                    new Load(LoadSettings.builder().setLabel(relative(file)).build()).loadFromString(textOf(file));
            if (loaded instanceof Map<?, ?> map) {
                return (Map<String, Object>) map;
            }
            problems.add(new Location(relative(file), 1), "expected-mapping", "expected 'key: value' lines");
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
            problems.add(new Location(relative(file), line), "bad-yaml", "this is not YAML: " + e.getProblem());
        }
        return Map.of();
    }

    private List<Path> files(String part, String ending) {
        Path place = folder.resolve(part);
        if (!Files.isDirectory(place)) {
            return List.of();
        }
        try (Stream<Path> found = Files.list(place)) {
            return found.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot list " + place, e);
        }
    }

    private String relative(Path file) {
        return folder.relativize(file).toString();
    }

    private static String textOf(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file, e);
        }
    }
}
