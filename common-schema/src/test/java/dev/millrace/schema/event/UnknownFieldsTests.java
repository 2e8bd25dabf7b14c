package dev.millrace.schema.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schema.event.InvalidEventException.Violation;
import java.util.List;
import org.junit.jupiter.api.Test;

final class UnknownFieldsTests {

    private final UnknownFields unknown = new UnknownFields("a parcel", () -> List.of("weight"));

    @Test
    void areNamed() {
        assertThat(unknown.violations()).isEmpty();
        unknown.add("size");
        assertThat(unknown.violations())
                .containsExactly(
                        new Violation("size", "unknown-field", "'size' is no field of a parcel; it has [weight]"));
    }

    @Test
    void areCountedWhenTheyAreMany() {
        for (int i = 0; i < 100_000; i++) {
            unknown.add("x" + i);
        }
        unknown.add("y");
        assertThat(unknown.violations()).hasSize(11);
        assertThat(unknown.violations().getLast())
                .isEqualTo(new Violation("", "unknown-field", "99991 more are no fields of a parcel"));
    }

    @Test
    void areShortenedWhenTheyAreLong() {
        unknown.add("n".repeat(50_000));
        assertThat(unknown.violations().getFirst().field()).hasSize(81);
        assertThat(unknown.violations().getFirst().message()).hasSizeLessThan(200);
    }
}
