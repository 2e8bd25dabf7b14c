package dev.millrace.prediction.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Server;
import dev.millrace.prediction.TestTopics;
import dev.millrace.schema.event.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against a Kafka that stands still for a while. */
@Timeout(120)
class DecisionLogIT {

    private static final int ROOM = 2 * 8_192;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    private double count(String result) {
        return meters.get("decisions_total").tag("result", result).counter().count();
    }

    private double waiting() {
        return meters.get("decision_log_waiting").gauge().value();
    }

    @Test
    void whatCameWhileKafkaWasAwayIsKeptAsFarAsThereIsRoom() throws Exception {
        try (LocalStack stack = LocalStack.own(Server.KAFKA)) {
            TestTopics.create(stack.kafka().bootstrapServers(), Topics.PREDICTIONS);
            DecisionLog log = new DecisionLog(stack.kafka().bootstrapServers(), meters);
            log.start();
            try {
                log.add(DecisionLogTests.DECISION);
                await().atMost(PATIENCE).until(() -> count("kept") == 1 && waiting() == 0);
                int added = 1;
                stack.pause(Server.KAFKA);
                try {
                    // What finds the queue full before its thread has emptied it is counted there.
                    while (waiting() < ROOM) {
                        log.add(DecisionLogTests.DECISION);
                        added++;
                    }
                } finally {
                    stack.resume(Server.KAFKA);
                }
                await().atMost(PATIENCE).until(() -> waiting() == 0);
                assertThat(count("kept")).isEqualTo(added - count("queue-full")).isGreaterThanOrEqualTo(ROOM);
                assertThat(count("not-delivered")).isZero();
            } finally {
                log.stop();
            }
        }
    }
}
