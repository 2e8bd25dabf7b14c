package dev.millrace.ingestion.config;

import dev.millrace.schema.event.PersonalData;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The service's settings; application.yaml names the environment variables.
 *
 * @param maskingKey secret of at least 16 bytes: personal fields are hashed with it, unreadable events encrypted
 * @param landingWaitMillis how long accepted events wait at most before they are landed
 */
@ConfigurationProperties("millrace")
public record IngestionSettings(
        Path useCases,
        String useCase,
        String maskingKey,
        int topicPartitions,
        short topicReplication,
        URI s3Endpoint,
        String s3Bucket,
        String s3Region,
        int landingWaitMillis) {
    public IngestionSettings {
        List<String> problems = new ArrayList<>();
        if (useCase.isBlank()) {
            problems.add("set MILLRACE_USE_CASE to the name of a use case, such as a folder in " + useCases);
        }
        if (maskingKey.getBytes(StandardCharsets.UTF_8).length < PersonalData.SHORTEST_SECRET) {
            problems.add("set MILLRACE_MASKING_KEY to a secret of at least 16 bytes");
        }
        if (topicPartitions < 1) {
            problems.add("MILLRACE_TOPIC_PARTITIONS is at least 1; found " + topicPartitions);
        }
        if (topicReplication < 1) {
            problems.add("MILLRACE_TOPIC_REPLICATION is at least 1; found " + topicReplication);
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("The configuration is wrong:\n  " + String.join("\n  ", problems));
        }
    }
}
