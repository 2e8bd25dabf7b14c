package dev.millrace.prediction.openapi;

import static org.assertj.core.api.Assertions.assertThatCode;

import dev.millrace.prediction.Parcels;
import dev.millrace.prediction.usecase.ServedUseCases;
import java.util.List;
import org.junit.jupiter.api.Test;

class PredictionDocumentTests {

    /** A document refuses an operation that does not. */
    @Test
    void everyOperationSaysWhoMayCallIt() {
        assertThatCode(() ->
                        PredictionDocument.of(ServedUseCases.load(Parcels.USE_CASES, List.of("parcels", "letters"))))
                .doesNotThrowAnyException();
    }
}
