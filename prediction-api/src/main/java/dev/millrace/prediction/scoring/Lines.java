package dev.millrace.prediction.scoring;

import dev.millrace.feature.state.Fingerprint;
import dev.millrace.prediction.model.Alias;
import dev.millrace.prediction.model.CompiledModel;
import dev.millrace.prediction.model.Lineup;
import dev.millrace.schema.definition.EntityText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The versions of a line-up, each ready to answer: made once for each line-up.
 *
 * @param champion answers unless the challenger does; without a version when there is none
 * @param previous answers when neither of them can
 * @param share of the entities that the challenger answers for, 0 to 1
 */
record Lines(
        Lineup lineup,
        Serving champion,
        Optional<Serving> challenger,
        Optional<Serving> shadow,
        Optional<Serving> previous,
        double share) {

    /** What an answer says of a version that stepped in. */
    static final String PREVIOUS = "previous";

    static Lines of(Lineup lineup, Serving local) {
        return new Lines(
                lineup,
                lineup.champion()
                        .map(version -> Serving.of(Alias.CHAMPION.id(), version, local))
                        .orElse(local),
                lineup.challenger().map(version -> Serving.of(Alias.CHALLENGER.id(), version, local)),
                lineup.shadow().map(version -> Serving.of(Alias.SHADOW.id(), version, local)),
                lineup.previous().map(version -> Serving.of(PREVIOUS, version, local)),
                local.compiled().model().definition().challenge().share());
    }

    /** Who answers: always the same one for the same entity, while the share stays or grows. */
    Serving answering(Asked asked) {
        return challenger.isPresent() && place(asked.request(), asked.requestId()) < share
                ? challenger.get()
                : champion;
    }

    /** Who answers when that one gives no number, in this order: for the challenger the champion, then who was it before. */
    List<Serving> insteadOf(Serving answering) {
        List<Serving> instead = new ArrayList<>();
        if (champion != answering && champion.served() != null) {
            instead.add(champion);
        }
        previous.ifPresent(instead::add);
        return instead;
    }

    /** Where the request's entity lies between 0 and 1. */
    private double place(ScoringRequest request, String requestId) {
        CompiledModel compiled = champion.compiled();
        List<String> fields = compiled.rows().keyFields();
        String entity = request.fields().keySet().containsAll(fields)
                ? EntityText.join(fields, request.fields()::get)
                : requestId;
        return (Fingerprint.of(compiled.name() + ' ' + entity) >>> 11) * 0x1.0p-53;
    }

    /** Whose scores are kept beside the answer. */
    List<Serving> others(Serving answering) {
        if (challenger.isEmpty() && shadow.isEmpty()) {
            return List.of();
        }
        List<Serving> others = new ArrayList<>();
        if (champion.served() != null) {
            others.add(champion);
        }
        challenger.ifPresent(others::add);
        shadow.ifPresent(others::add);
        others.remove(answering);
        return others;
    }
}
