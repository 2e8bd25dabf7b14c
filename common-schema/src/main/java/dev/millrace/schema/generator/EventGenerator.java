package dev.millrace.schema.generator;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;

/** Made-up events of one use case, found by {@link java.util.ServiceLoader}. The same settings and day give the same events. */
public interface EventGenerator {
    /**
     * A setting that the file does not have: the events per day that the population is sized for, when it is not the rate
     * asked for. So live traffic can be busier than the history and still be about the same entities.
     */
    String POPULATION = "population_per_day";

    /** The use case that it is for. */
    String useCase();

    /**
     * The events of one day in UTC, in the order of their times.
     *
     * @param settings of the use case's {@code generator.yaml}
     * @param perDay how many events a day has on average
     * @throws IllegalArgumentException when a setting is missing or out of range
     */
    List<SourceEvent> day(Map<String, Object> settings, int perDay, LocalDate day);
}
