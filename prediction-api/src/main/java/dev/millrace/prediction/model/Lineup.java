package dev.millrace.prediction.model;

import java.util.Optional;
import java.util.stream.Stream;

/**
 * The versions of one model that take part at a moment.
 *
 * @param previous what was champion before, and answers when the champion cannot
 */
public record Lineup(
        Optional<ServedModel> champion,
        Optional<ServedModel> challenger,
        Optional<ServedModel> shadow,
        Optional<ServedModel> previous) {

    /** Nothing is loaded. */
    public static final Lineup NOBODY =
            new Lineup(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    public Stream<ServedModel> everyone() {
        return Stream.of(champion, challenger, shadow, previous).flatMap(Optional::stream);
    }

    public Optional<ServedModel> of(Alias alias) {
        return switch (alias) {
            case CHAMPION -> champion;
            case CHALLENGER -> challenger;
            case SHADOW -> shadow;
        };
    }
}
