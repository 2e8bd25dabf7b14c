package dev.millrace.ingestion.landing;

import dev.millrace.ingestion.config.IngestionSettings;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.UseCase;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketAlreadyExistsException;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;

/** S3, and the bucket that this service writes. */
@Configuration(proxyBeanMethods = false)
class LandingConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger(LandingConfiguration.class);

    /** Labels are kept in PostgreSQL. */
    @Bean
    List<String> landedTopics(UseCase useCase) {
        return useCase.events().values().stream()
                .map(EventType::topic)
                .distinct()
                .toList();
    }

    @Bean(destroyMethod = "close")
    S3Client s3(IngestionSettings settings) {
        S3Client s3 = S3Client.builder()
                .endpointOverride(settings.s3Endpoint())
                .region(Region.of(settings.s3Region()))
                .forcePathStyle(true)
                .overrideConfiguration(config -> config.apiCallTimeout(Duration.ofSeconds(20)))
                .build();
        try {
            s3.createBucket(request -> request.bucket(settings.s3Bucket()));
        } catch (BucketAlreadyOwnedByYouException | BucketAlreadyExistsException e) {
            LOG.debug("The bucket {} is there", settings.s3Bucket());
        } catch (SdkException e) {
            // Events are taken all the same; the landing tries again until S3 is back.
            LOG.warn("S3 at {} cannot be reached yet: {}", settings.s3Endpoint(), e.getMessage());
        }
        return s3;
    }
}
