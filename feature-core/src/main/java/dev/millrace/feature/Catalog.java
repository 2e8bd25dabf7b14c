package dev.millrace.feature;

import dev.millrace.feature.Model.Binding;
import dev.millrace.feature.Model.Entry;
import dev.millrace.schema.definition.EntityKey;
import dev.millrace.schema.definition.FeatureDefinition;
import dev.millrace.schema.definition.InvalidUseCaseException;
import dev.millrace.schema.definition.Source;
import dev.millrace.schema.definition.ViewDefinition;
import dev.millrace.schema.definition.ViewDefinition.Shape;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Every feature of every use case, written from the definitions: formula, window, type, source and who uses it. */
public final class Catalog {
    private static final String HEAD = """
            # Feature catalog

            Written by `./millrace catalog > docs/catalog.md` from the definitions in [`use-cases/`](../use-cases); [what they mean](features.md).
            """;

    private static final long DAY = Duration.ofDays(1).toMillis();

    private final StringBuilder text = new StringBuilder();

    private Catalog() {}

    /** @param folder of use cases */
    public static String markdown(Path folder) {
        Catalog catalog = new Catalog();
        catalog.line(HEAD.stripTrailing());
        try (Stream<Path> folders = Files.list(folder)) {
            folders.filter(each -> Files.exists(each.resolve("use-case.yaml")))
                    .sorted()
                    .forEach(each -> catalog.useCase(FeatureEngine.load(each)));
        } catch (IOException e) {
            throw new UncheckedIOException("Expected a folder of use cases, found " + folder, e);
        }
        return catalog.text.toString();
    }

    /** Prints it, or what is wrong with the definitions. The one argument is the folder of use cases. */
    public static void main(String[] arguments) {
        try {
            new PrintStream(System.out, true, StandardCharsets.UTF_8).print(markdown(Path.of(arguments[0])));
        } catch (InvalidUseCaseException e) {
            new PrintStream(System.err, true, StandardCharsets.UTF_8).println(e.getMessage());
            System.exit(1);
        }
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private void useCase(FeatureEngine engine) {
        line("");
        line("## " + engine.useCase().name() + ": " + engine.useCase().title());
        for (View view : engine.views()) {
            view(engine, view);
        }
        for (Model model : engine.models()) {
            derived(model);
        }
    }

    private void view(FeatureEngine engine, View view) {
        ViewDefinition definition = view.definition();
        line("");
        line("### `" + view.name() + "`, by " + entity(definition.entity()));
        line("");
        line(about(definition));
        line("");
        line("| feature | formula | window | type | without events | used by |");
        line("|---|---|---|---|---|---|");
        for (Feature feature : view.features()) {
            line("| `" + feature.name() + "` | " + formula(definition, feature) + " | "
                    + (view.isTumbling() ? "`[start, end)`" : window(feature.window())) + " | " + type(feature.kind())
                    + " | "
                    + (Double.isNaN(feature.empty()) ? "missing" : number(feature.empty())) + " | "
                    + users(engine, view, feature) + " |");
        }
    }

    private static String about(ViewDefinition definition) {
        String source = switch (definition.source()) {
            case Source.Events events -> "Of the events `" + events.eventType() + "`";
            case Source.Labels labels -> "Of the labels of `" + labels.eventType() + "`";
        };
        return source
                + switch (definition.shape()) {
                    case Shape.Windows windows -> ".";
                    case Shape.Tumbling tumbling ->
                        ", " + duration(tumbling.width().toMillis()) + " by "
                                + duration(tumbling.width().toMillis()) + ", into the table `" + tumbling.table()
                                + "`.";
                    case Shape.Sequential sequential ->
                        ", by the fold `" + sequential.fold() + "` " + new TreeMap<>(sequential.settings())
                                + " over all of one `" + sequential.partition() + "`, in order.";
                };
    }

    private static String entity(EntityKey entity) {
        return switch (entity) {
            case EntityKey.Fields fields -> fields(fields);
            case EntityKey.Alternatives alternatives ->
                alternatives.projections().stream()
                        .map(projection -> fields(projection.key()))
                        .collect(Collectors.joining(" and by "));
        };
    }

    private static String fields(EntityKey.Fields fields) {
        return fields.names().stream().map(name -> "`" + name + "`").collect(Collectors.joining(" and "))
                + (fields.unordered() ? ", in either order" : "");
    }

    /** The line of the definition that the feature comes from. */
    private static String formula(ViewDefinition view, Feature feature) {
        FeatureDefinition line = view.features().stream()
                .filter(each ->
                        feature.name().equals(each.name()) || feature.name().startsWith(each.name() + "_"))
                .max(Comparator.comparingInt(each -> each.name().length()))
                .orElseThrow(() -> new IllegalStateException("No line gives " + feature.name()));
        StringBuilder formula = new StringBuilder(
                "`" + line.operation() + ": " + line.argument().text());
        line.where().ifPresent(where -> formula.append(", where: ").append(where.text()));
        line.by().ifPresent(by -> formula.append(", by: ").append(by));
        new TreeMap<>(line.parameters())
                .forEach((name, value) ->
                        formula.append(", ").append(name).append(": ").append(value));
        return formula.append('`').toString().replace("|", "\\|");
    }

    private static String window(Window window) {
        String ends = window.delay() == 0 ? "" : ", ending " + duration(window.delay()) + " ago";
        return switch (window) {
            case Window.Sliding sliding ->
                "last " + duration(sliding.width()) + ends
                        + (sliding.step() == 1 ? "" : ", moving by " + duration(sliding.step()));
            case Window.Lifetime lifetime -> "all" + ends;
            case Window.Session session ->
                "the session with gaps up to " + duration(session.gap()) + ", at most " + duration(session.longest())
                        + ends;
        };
    }

    private static String duration(long millis) {
        return millis > 0 && millis % DAY == 0
                ? millis / DAY + "d"
                : Duration.ofMillis(millis).toString().substring("PT".length()).toLowerCase(Locale.ROOT);
    }

    private static String type(Feature.Kind kind) {
        return switch (kind.type()) {
            case NUMBER -> "number";
            case TIME -> "time, ms";
            case CONDITION -> "0 or 1";
            case TEXT -> "one of " + kind.symbols();
        };
    }

    private static String number(double value) {
        return value == StrictMath.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private static String users(FeatureEngine engine, View view, Feature feature) {
        List<String> users = new ArrayList<>();
        for (Model model : engine.models()) {
            for (Binding binding : model.bindings()) {
                String name = binding.name() + "." + feature.name();
                if (binding.view() == view && model.reads(name)) {
                    users.add(model.name() + (binding.name().equals(view.name()) ? "" : " as `" + name + "`"));
                }
            }
        }
        return String.join(", ", users);
    }

    private void derived(Model model) {
        List<Entry.Derived> derived = model.entries().stream()
                .filter(Entry.Derived.class::isInstance)
                .map(Entry.Derived.class::cast)
                .toList();
        line("");
        line("### The model `" + model.name() + "`");
        line("");
        line("Of rows of `" + model.definition().rows() + "`: "
                + (model.entries().size() - derived.size()) + " features as they are kept, and");
        line("");
        line("| feature | formula |");
        line("|---|---|");
        for (Entry.Derived entry : derived) {
            line("| `" + entry.name() + "` | `"
                    + entry.expression().text().replace("|", "\\|") + "`"
                    + (entry.expression().isCondition() ? ", 1 or 0" : "") + " |");
        }
    }
}
