package dev.millrace.training.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.lake.Position;
import dev.millrace.schema.loader.DefinitionFiles;
import dev.millrace.schema.loader.UseCaseLoader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.TreeMap;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProjectorTests {

    private static final RowRange ALL = new RowRange(Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);

    @TempDir
    private Path folder;

    /** It is in no view of the stream either, once they have been computed again. */
    @Test
    void anEventThatAViewOfLaterCannotTakeIsInNone() throws Exception {
        ModelReference.Compiled compiled = withLargerSums().compiled();
        Projector projector = new Projector(compiled, ALL);
        assertThat(projector.parts(order(compiled, "12.50"))).isNotEmpty();
        assertThat(projector.parts(order(compiled, "9999999999.99"))).isEmpty();
    }

    private ModelReference withLargerSums() throws Exception {
        Path orders = Path.of("src/test/resources/use-cases/orders");
        var files = new TreeMap<>(DefinitionFiles.of(UseCaseLoader.load(orders)).files());
        files.computeIfPresent(
                "features/views.yaml",
                (path, text) -> new String(text, StandardCharsets.UTF_8)
                        .replace("sum: amount", "sum: amount * 1000.0")
                        .getBytes(StandardCharsets.UTF_8));
        new DefinitionFiles("orders", files).writeTo(folder.resolve("orders"));
        return new ModelReference(folder.toString(), "orders", "returns");
    }

    private static Arrived order(ModelReference.Compiled compiled, String amount) {
        GenericRecord fields = new GenericData.Record(compiled.rows().schema());
        fields.put("order_id", "1");
        fields.put("placed_at", Orders.START);
        fields.put("buyer", "ann");
        fields.put("shop", 1L);
        fields.put("amount", new BigDecimal(amount));
        return new Arrived.Event(new Position(Orders.START, "topic", 0, 0), compiled.rows(), fields);
    }
}
