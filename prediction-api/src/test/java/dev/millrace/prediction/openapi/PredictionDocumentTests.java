package dev.millrace.prediction.openapi;

import static org.assertj.core.api.Assertions.assertThatCode;

import dev.millrace.prediction.Parcels;
import org.junit.jupiter.api.Test;

class PredictionDocumentTests {

    /** A document refuses an operation that does not. */
    @Test
    void everyOperationSaysWhoMayCallIt() {
        assertThatCode(() -> PredictionDocument.of(Parcels.ENGINE)).doesNotThrowAnyException();
    }
}
