package dev.millrace.ingestion.kafka;

import dev.millrace.ingestion.config.IngestionSettings;
import dev.millrace.ingestion.event.EventAcceptor;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.Topics;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.core.KafkaAdmin.NewTopics;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.util.backoff.ExponentialBackOff;

/** The topics that this service writes, and the one of what is answered, made at its start. */
@Configuration(proxyBeanMethods = false)
class TopicConfiguration {
    private static final Duration EVENTS = Duration.ofDays(7);
    private static final Duration DEAD_LETTERS = Duration.ofDays(14);
    private static final int DEAD_LETTER_PARTITIONS = 3;

    @Bean
    NewTopics topics(UseCase useCase, IngestionSettings settings) {
        return new NewTopics(Stream.concat(
                        Stream.concat(
                                        EventAcceptor.topics(useCase).stream(),
                                        Stream.of(Topics.RAW_EVENTS, Topics.PREDICTIONS))
                                .map(name -> topic(name, settings.topicPartitions(), settings, EVENTS)),
                        Stream.of(topic(Topics.DEAD_LETTERS, DEAD_LETTER_PARTITIONS, settings, DEAD_LETTERS)))
                .toArray(NewTopic[]::new));
    }

    private static NewTopic topic(String name, int partitions, IngestionSettings settings, Duration retention) {
        return new NewTopic(name, partitions, settings.topicReplication())
                .configs(Map.of(
                        TopicConfig.RETENTION_MS_CONFIG,
                        Long.toString(retention.toMillis()),
                        TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
                        settings.topicReplication() >= 3 ? "2" : "1"));
    }

    /** A listener that fails (Kafka or S3 is away) tries the same records again until it works: nothing is skipped. */
    @Bean
    DefaultErrorHandler listenerErrors() {
        ExponentialBackOff backOff = new ExponentialBackOff(1_000, 2);
        backOff.setMaxInterval(10_000);
        DefaultErrorHandler handler = new DefaultErrorHandler(backOff);
        return handler;
    }
}
