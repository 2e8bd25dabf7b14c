package dev.millrace.prediction.scoring;

import dev.millrace.feature.ResponseField;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is answered to a request of the Open Inference Protocol.
 *
 * @param outputs the fields that are asked for, in their order
 * @param answers one for each row, at least one
 */
record Inferred(List<ResponseField> outputs, List<Answer> answers) {

    Inferred {
        if (answers.isEmpty()) {
            throw new IllegalArgumentException("a request has a row");
        }
        outputs = List.copyOf(outputs);
        answers = List.copyOf(answers);
    }

    /** Who answered the first row: with a challenger, others may have answered others. */
    String version() {
        return answers.getFirst().origin().version();
    }

    /**
     * What a single answer says beside its score, of all of them together, under the same names: booleans and texts, as the protocol
     * has nothing else for it. Codes are separated by commas, and {@code model_versions} is there when there are several.
     */
    Map<String, Object> parameters() {
        boolean complete = true;
        boolean known = true;
        long asOf = Long.MAX_VALUE;
        Set<String> reasons = new TreeSet<>();
        Set<String> versions = new TreeSet<>();
        for (Answer answer : answers) {
            Evidence evidence = answer.evidence();
            complete &= evidence.complete();
            known &= evidence.asOf().isPresent();
            asOf = Math.min(asOf, evidence.asOf().orElse(asOf));
            reasons.addAll(evidence.reasons());
            versions.add(answer.origin().version());
        }
        Map<String, Object> parameters = new LinkedHashMap<>();
        if (known) {
            parameters.put("as_of", Instant.ofEpochMilli(asOf).toString());
        }
        parameters.put("complete", complete);
        if (!reasons.isEmpty()) {
            parameters.put("reasons", String.join(",", reasons));
        }
        if (versions.size() > 1) {
            parameters.put("model_versions", String.join(",", versions));
        }
        return parameters;
    }
}
