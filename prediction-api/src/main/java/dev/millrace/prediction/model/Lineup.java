package dev.millrace.prediction.model;

import java.util.Optional;
import java.util.stream.Stream;

/** The versions of one model that take part at a moment. */
public record Lineup(Optional<ServedModel> champion, Optional<ServedModel> challenger, Optional<ServedModel> shadow) {

    public Optional<ServedModel> of(Alias alias) {
        return switch (alias) {
            case CHAMPION -> champion;
            case CHALLENGER -> challenger;
            case SHADOW -> shadow;
        };
    }

    public Stream<ServedModel> all() {
        return Stream.of(champion, challenger, shadow).flatMap(Optional::stream);
    }
}
