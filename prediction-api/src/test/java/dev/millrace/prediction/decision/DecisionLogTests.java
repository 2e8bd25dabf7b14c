package dev.millrace.prediction.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.prediction.scoring.Answer;
import dev.millrace.prediction.scoring.Decision;
import dev.millrace.prediction.scoring.Evidence;
import dev.millrace.prediction.scoring.Origin;
import dev.millrace.prediction.scoring.Verdict;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class DecisionLogTests {

    static final Decision DECISION = new Decision(
            new Answer(
                    "late",
                    Origin.RULE,
                    new Verdict(List.of(), List.of(), new double[] {0.5}, 1),
                    new Evidence(new double[] {1}, 0, OptionalLong.empty(), false, List.of(), List.of()),
                    List.of()),
            "mine",
            "00-00000000000000000000000000000001-0000000000000001-00",
            null,
            Instant.EPOCH,
            List.of());

    @Test
    void whatFindsNoRoomIsCountedAndNobodyWaits() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        // Never started: nothing is taken out.
        DecisionLog log = new DecisionLog("127.0.0.1:1", meters);
        for (int i = 0; i < 8_192 + 3; i++) {
            log.add(DECISION);
        }
        assertThat(meters.get("decision_log_waiting").gauge().value()).isEqualTo(8_192);
        assertThat(meters.get("decisions_total")
                        .tag("result", "queue-full")
                        .counter()
                        .count())
                .isEqualTo(3);
    }
}
