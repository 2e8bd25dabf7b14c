package dev.millrace.prediction.accuracy;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What the environment says of {@code model_accuracy}.
 *
 * @param every how often it is looked up ({@code MILLRACE_ACCURACY_EVERY})
 * @param window how much of the known answers counts, in time of events ({@code MILLRACE_ACCURACY_WINDOW})
 */
@ConfigurationProperties("millrace.accuracy")
public record AccuracySettings(Duration every, Duration window) {
    public AccuracySettings {
        if (!every.isPositive() || !window.isPositive()) {
            throw new IllegalArgumentException("expected positive times in MILLRACE_ACCURACY_EVERY, such as 1m, and"
                    + " MILLRACE_ACCURACY_WINDOW, such as 7d, but came " + every + " and " + window);
        }
    }
}
