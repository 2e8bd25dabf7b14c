package dev.millrace.schema.definition;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.text.similarity.JaroWinklerSimilarity;

/** What to write instead of a name that nothing bears. */
public final class Suggestion {
    private static final JaroWinklerSimilarity SIMILARITY = new JaroWinklerSimilarity();

    /** Of 1: a letter too many, missing, wrong or in another's place leaves more, another word less. */
    private static final double ALIKE = 0.88;

    private Suggestion() {}

    /** For the end of a message: the name that was probably meant, and all there are. */
    public static String among(String written, Collection<String> known) {
        return nearest(written, known)
                        .map(name -> "did you mean '" + name + "'? ")
                        .orElse("") + "there are " + known.stream().sorted().toList();
    }

    /** The name that was probably meant. */
    public static Optional<String> nearest(String written, Collection<String> known) {
        return known.stream()
                .filter(name -> similarity(written, name) >= ALIKE)
                .max(Comparator.comparingDouble((String name) -> similarity(written, name))
                        .thenComparing(Comparator.reverseOrder()));
    }

    private static double similarity(String written, String name) {
        return SIMILARITY.apply(written.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT));
    }
}
