package dev.millrace.ingestion;

import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.ingestion.config.IngestionSettings;
import dev.millrace.ingestion.event.EventAcceptor;
import dev.millrace.ingestion.http.IngestionDocument;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.PersonalData;
import dev.millrace.schema.loader.UseCaseLoader;
import dev.millrace.web.WebSupport;
import dev.millrace.web.openapi.ApiDocument;
import java.time.Clock;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * Takes events over HTTP and over {@code raw-events}; refuses what its type does not allow; hashes or drops personal data;
 * writes each event under its key to its topic; lands every accepted event on S3.
 */
@SpringBootApplication
@EnableConfigurationProperties(IngestionSettings.class)
@Import(WebSupport.class)
public class IngestionService {
    /** JSON that goes deeper is refused. */
    private static final int GREATEST_DEPTH = 32;

    public static void main(String[] arguments) {
        SpringApplication.run(IngestionService.class, arguments);
    }

    @Bean
    UseCase useCase(IngestionSettings settings) {
        return UseCaseLoader.load(settings.useCases(), settings.useCase());
    }

    @Bean
    PersonalData personalData(IngestionSettings settings) {
        return new PersonalData(settings.maskingKey());
    }

    @Bean
    EventAcceptor eventAcceptor(UseCase useCase, PersonalData personalData) {
        return new EventAcceptor(useCase, personalData);
    }

    /** Reads events: decimals exactly, nothing twice, no abyss. */
    @Bean
    ObjectMapper eventMapper() {
        ObjectMapper mapper = new ObjectMapper();
        mapper.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(GREATEST_DEPTH)
                        .build());
        return mapper.enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    }

    @Bean
    ApiDocument apiDocument(UseCase useCase) {
        return IngestionDocument.of(useCase);
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }
}
