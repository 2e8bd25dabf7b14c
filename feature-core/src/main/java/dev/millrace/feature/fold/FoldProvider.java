package dev.millrace.feature.fold;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.ServiceLoader.Provider;
import java.util.function.ToDoubleFunction;

/** A use case's fold as definitions name it; found on the class path as a service. */
public interface FoldProvider {
    /** What {@code fold:} says. */
    String name();

    /** The settings that it knows, with their values unless the definition gives others. */
    Map<String, Double> defaults();

    /**
     * The fold with these settings.
     *
     * @param settings the value of each of {@link #defaults}
     * @throws IllegalArgumentException when a value makes no sense: says which and why
     */
    SequentialFold with(ToDoubleFunction<String> settings);

    /** All on the class path. */
    static List<FoldProvider> all() {
        return ServiceLoader.load(FoldProvider.class).stream()
                .map(Provider::get)
                .toList();
    }

    /** The one of this name. */
    static Optional<FoldProvider> named(String name) {
        return all().stream().filter(fold -> fold.name().equals(name)).findFirst();
    }
}
