package dev.millrace.ingestion.http;

import static org.assertj.core.api.Assertions.assertThatCode;

import dev.millrace.schema.loader.UseCaseLoader;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class IngestionDocumentTests {

    /** A document refuses an operation that does not. */
    @Test
    void everyOperationSaysWhoMayCallIt() {
        assertThatCode(() ->
                        IngestionDocument.of(UseCaseLoader.load(Path.of("src/test/resources/use-cases"), "orders")))
                .doesNotThrowAnyException();
    }
}
