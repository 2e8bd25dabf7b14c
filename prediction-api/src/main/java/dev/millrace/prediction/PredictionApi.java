package dev.millrace.prediction;

import dev.millrace.prediction.model.FollowedModels;
import dev.millrace.prediction.model.ModelCache;
import dev.millrace.prediction.model.ModelFollower;
import dev.millrace.prediction.model.ModelMetrics;
import dev.millrace.prediction.model.ModelRegistry;
import dev.millrace.schema.definition.ModelDefinition;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.loader.UseCaseLoader;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Serves the models of one use case: reads the use case's folder, loads each model's champion (from the registry, or from
 * disk while that is away), and follows the champion from then on.
 */
@SpringBootApplication
@EnableConfigurationProperties(PredictionSettings.class)
public class PredictionApi {

    public static void main(String[] arguments) {
        SpringApplication.run(PredictionApi.class, arguments);
    }

    @Bean
    UseCase useCase(PredictionSettings settings) {
        return UseCaseLoader.load(settings.useCases(), settings.useCase());
    }

    @Bean
    FollowedModels followedModels(UseCase useCase, PredictionSettings settings, PrometheusMeterRegistry meters) {
        ModelRegistry registry = new ModelRegistry(settings.mlflow(), settings.modelTimeout());
        ModelCache cache = new ModelCache(settings.modelCache());
        ModelMetrics metrics = new ModelMetrics(meters);
        return new FollowedModels(
                useCase.models().stream()
                        .map(ModelDefinition::name)
                        .map(model -> new ModelFollower(model, registry, cache, metrics))
                        .toList(),
                settings.modelPoll());
    }
}
