package dev.millrace.prediction.scoring;

import dev.millrace.schema.definition.ModelDefinition;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is answered to a request of the Open Inference Protocol.
 *
 * @param outputs what each holds, by name, in their order
 * @param answers one for each row, at least one
 */
record Inferred(Map<String, ModelDefinition.Answer> outputs, List<Answer> answers) {

    Inferred {
        if (answers.isEmpty()) {
            throw new IllegalArgumentException("a request has a row");
        }
        outputs = new LinkedHashMap<>(outputs);
        answers = List.copyOf(answers);
    }

    /** Who answered the first row: with a challenger, others may have answered others. */
    String version() {
        return answers.getFirst().origin().version();
    }
}
