package dev.millrace.stream.generation;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.View;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One query of the exact lane, from its first batch on: definitions that keep other state need another.
 *
 * @param number 0 is the first, which read its topics from their beginning
 * @param views the version of each view that it keeps
 * @param offsets where it started to read, as Spark's Kafka source writes it
 */
public record Generation(int number, Map<String, String> views, String offsets) {
    public Generation {
        views = Map.copyOf(views);
    }

    /** One that has folded nothing yet. */
    public static Generation first(FeatureEngine engine) {
        return new Generation(0, versions(engine), "earliest");
    }

    static Map<String, String> versions(FeatureEngine engine) {
        Map<String, String> versions = new TreeMap<>();
        for (View view : engine.views()) {
            versions.put(view.name(), view.version());
        }
        return versions;
    }

    /** What the definitions want that this generation does not keep; empty when it can run them. */
    public String changes(FeatureEngine engine) {
        Map<String, String> wanted = versions(engine);
        TreeSet<String> names = new TreeSet<>(wanted.keySet());
        names.addAll(views.keySet());
        names.removeIf(name -> wanted.getOrDefault(name, "").equals(views.get(name)));
        return String.join(
                ", ",
                names.stream()
                        .map(name -> "view " + name + " is "
                                + (!views.containsKey(name) ? "new" : wanted.containsKey(name) ? "changed" : "gone"))
                        .toList());
    }
}
