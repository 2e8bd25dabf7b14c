package dev.millrace.schema.loader;

import dev.millrace.schema.definition.Durations;
import dev.millrace.schema.definition.Expression;
import dev.millrace.schema.definition.Location;
import dev.millrace.schema.definition.Suggestion;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** A YAML mapping with its place in the file: typed access that notes a problem instead of failing. */
final class YamlMap {
    /** For messages. */
    static final String A_DURATION =
            "a whole number and one of ms, s, m, h, d, such as 30d, of at most " + Durations.GREATEST.toDays() + "d";

    private final String file;
    private final Problems problems;
    private final Location at;
    private final Map<String, Node> entries = new LinkedHashMap<>();
    private final Set<String> unread = new TreeSet<>();
    private final Set<String> asked = new TreeSet<>();

    YamlMap(String file, Problems problems, Node node) {
        this.file = file;
        this.problems = problems;
        this.at = locate(file, node);
        if (!(node instanceof MappingNode mapping)) {
            throw problems.reject(at, "expected-mapping", "expected 'key: value' lines, found " + describe(node));
        }
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                problems.add(locate(file, tuple.getKeyNode()), "expected-text", "a key is a plain word");
                continue;
            }
            if (entries.put(key.getValue(), tuple.getValueNode()) != null) {
                problems.add(locate(file, key), "duplicate-key", "'" + key.getValue() + "' is given twice; keep one");
            }
            unread.add(key.getValue());
        }
    }

    private static Location locate(String file, Node node) {
        return new Location(
                file, node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1));
    }

    private static String describe(Node node) {
        return switch (node) {
            case ScalarNode scalar -> "'" + scalar.getValue() + "'";
            case SequenceNode sequence -> "a list of " + sequence.getValue().size();
            default -> "a mapping";
        };
    }

    Location at() {
        return at;
    }

    Location at(String key) {
        Node node = entries.get(key);
        return node == null ? at : locate(file, node);
    }

    Problems problems() {
        return problems;
    }

    boolean has(String key) {
        asked.add(key);
        return entries.containsKey(key);
    }

    Collection<String> keys() {
        return entries.keySet();
    }

    /** Notes every key that nothing has asked for. */
    void refuseUnread(String what) {
        for (String key : unread) {
            refuse(key, what, asked);
        }
    }

    /** Notes one that means nothing. */
    void refuse(String key, String what, Collection<String> known) {
        unread.remove(key);
        problems.add(
                at(key), "unknown-key", "'" + key + "' means nothing in " + what + "; " + Suggestion.among(key, known));
    }

    private Optional<Node> node(String key) {
        asked.add(key);
        unread.remove(key);
        return Optional.ofNullable(entries.get(key));
    }

    private Node required(String key) {
        return node(key)
                .orElseThrow(() ->
                        problems.reject(at, "missing-key", "'" + key + "' is missing; found " + entries.keySet()));
    }

    String text(String key) {
        return text(required(key), key);
    }

    Optional<String> optionalText(String key) {
        return node(key).map(node -> text(node, key));
    }

    private String text(Node node, String key) {
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        throw problems.reject(
                locate(file, node), "expected-text", "'" + key + "' is one word or text, not " + describe(node));
    }

    Expression expression(String key) {
        return new Expression(text(key), at(key));
    }

    Optional<Expression> optionalExpression(String key) {
        return optionalText(key).map(text -> new Expression(text, at(key)));
    }

    Duration duration(String key) {
        return duration(key, text(key));
    }

    Optional<Duration> optionalDuration(String key) {
        return optionalText(key).map(text -> duration(key, text));
    }

    Duration duration(String key, String text) {
        return duration(at(key), "'" + key + "' is " + A_DURATION, text);
    }

    /** @param expected what it is that this is none of */
    Duration duration(Location place, String expected, String text) {
        return Durations.parse(text)
                .orElseThrow(() -> problems.reject(place, "bad-duration", expected + "; found '" + text + "'"));
    }

    Optional<BigDecimal> optionalNumber(String key) {
        return optionalText(key).map(text -> {
            try {
                return new BigDecimal(text);
            } catch (NumberFormatException e) {
                throw problems.reject(at(key), "bad-number", "'" + key + "' is a number; found '" + text + "'");
            }
        });
    }

    boolean flag(String key) {
        return switch (optionalText(key).orElse("false")) {
            case "true" -> true;
            case "false" -> false;
            default -> throw problems.reject(at(key), "bad-flag", "'" + key + "' is true or false");
        };
    }

    /** The texts of a list, or the one text in its place. */
    List<String> texts(String key) {
        Node node = required(key);
        if (node instanceof SequenceNode sequence) {
            return sequence.getValue().stream().map(item -> text(item, key)).toList();
        }
        return List.of(text(node, key));
    }

    YamlMap map(String key) {
        return new YamlMap(file, problems, required(key));
    }

    Optional<YamlMap> optionalMap(String key) {
        return node(key).map(node -> new YamlMap(file, problems, node));
    }

    boolean isList(String key) {
        return entries.get(key) instanceof SequenceNode;
    }

    /** The items of a list, each a text or a mapping. */
    List<Item> items(String key) {
        Node node = required(key);
        if (!(node instanceof SequenceNode sequence)) {
            throw problems.reject(
                    locate(file, node), "expected-list", "'" + key + "' is a list, not " + describe(node));
        }
        List<Item> items = new ArrayList<>();
        for (Node item : sequence.getValue()) {
            problems.attempt(() -> item(item)).ifPresent(items::add);
        }
        return items;
    }

    private Item item(Node node) {
        return switch (node) {
            case ScalarNode scalar -> new Item.Text(scalar.getValue(), locate(file, node));
            case MappingNode mapping -> new Item.Entries(new YamlMap(file, problems, mapping));
            default ->
                throw problems.reject(
                        locate(file, node),
                        "expected-text",
                        "expected a text or 'key: value', found " + describe(node));
        };
    }

    Item item(String key) {
        return item(required(key));
    }

    /** An item of a list, or a value that may be either. */
    sealed interface Item {
        record Text(String text, Location at) implements Item {}

        record Entries(YamlMap map) implements Item {}
    }
}
