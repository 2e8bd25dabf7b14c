package dev.millrace.schema.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schema.definition.ViewDefinition.Shape;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ViewDefinitionTests {

    /** {@code Map.of} and {@code Map.copyOf} go through their keys in another order in each JVM. */
    @Test
    void whatAVersionIsMadeOfReadsTheSameInEveryProcess() {
        Map<String, Double> settings = Map.of("k", 1.0, "a", 2.0, "z", 3.0, "home", 4.0, "b", 5.0, "y", 6.0);
        assertThat(new Shape.Sequential("elo", "league", Duration.ofHours(1), settings))
                .hasToString("Sequential[fold=elo, partition=league, settle=PT1H, "
                        + "settings={a=2.0, b=5.0, home=4.0, k=1.0, y=6.0, z=3.0}]");
    }
}
