package dev.millrace.schema.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schema.definition.EntityText;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.generator.SourceEvent;
import dev.millrace.schema.loader.UseCaseLoader;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

final class FileMappingTests {
    private static final UseCase USE_CASE =
            UseCaseLoader.load(Path.of(System.getProperty("millrace.root", ".."), "use-cases"), "fraud");
    private final FileMapping mapping = new FileMapping(USE_CASE.mappings().getFirst(), USE_CASE.event("transactions"));

    @Test
    void turnsARowIntoAnEvent() {
        Map<String, String> row = Map.of(
                "TRANSACTION_ID",
                "17",
                "TX_DATETIME",
                "2018-04-01 00:00:31",
                "CUSTOMER_ID",
                "0",
                "TERMINAL_ID",
                "9",
                "TX_AMOUNT",
                "57.165000000000006",
                "TX_FRAUD",
                "1");
        SourceEvent event = mapping.map(column -> row.getOrDefault(column, ""));
        assertThat(event.time()).isEqualTo(Instant.parse("2018-04-01T00:00:31Z"));
        assertThat(event.label()).isEqualTo(OptionalDouble.of(1));
        assertThat(event.fields())
                .containsEntry("customer_id", 1L)
                .containsEntry("merchant_id", 10L)
                .containsEntry("amount", new BigDecimal("57.17"))
                .containsEntry("timestamp", "2018-04-01T00:00:31Z");
        String id = (String) event.fields().get("transaction_id");
        assertThat(id.charAt(14)).isEqualTo('5');
        assertThat(mapping.map(column -> row.getOrDefault(column, "")).fields()).containsEntry("transaction_id", id);
    }

    @Test
    void knowsTheFilesThatItReads() {
        assertThat(mapping.reads(mapping.columns())).isTrue();
        assertThat(mapping.reads(List.of("TX_DATETIME"))).isFalse();
        assertThatThrownBy(() -> mapping.map(column -> ""))
                .hasMessage("The mapping 'handbook' gives 'timestamp' no time; map it with {from: …, format: …}");
    }

    @Test
    void keysOfSeveralFieldsCannotCollide() {
        List<String> fields = List.of("a", "b");
        assertThat(EntityText.join(fields, Map.of("a", "x|", "b", "y")::get)).isEqualTo("x\\||y");
        assertThat(EntityText.join(fields, Map.of("a", "x", "b", "|y")::get)).isEqualTo("x|\\|y");
        assertThat(EntityText.join(List.of("a"), Map.of("a", "x|y")::get)).isEqualTo("x|y");
        assertThat(EntityText.join(List.of("a"), field -> null)).isEmpty();
        for (List<String> values : List.of(List.of("", "x"), List.of("a|b", "c\\"), List.of("\\|", ""))) {
            String joined = EntityText.join(fields, field -> values.get(fields.indexOf(field)));
            assertThat(EntityText.split(joined, 2)).isEqualTo(values);
        }
        assertThat(EntityText.split("x|y", 1)).containsExactly("x|y");
    }
}
