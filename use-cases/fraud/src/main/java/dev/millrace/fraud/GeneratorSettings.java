package dev.millrace.fraud;

import dev.millrace.schema.generator.EventGenerator;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What {@code generator.yaml} says, with the size of the world that follows from it.
 *
 * @param customers who pay
 * @param terminals where they pay
 * @param paymentsPerCustomer a day, on average over all customers
 * @param plane side length of the square that both are placed on
 * @param radius a customer pays at terminals within it
 * @param largeAmount every payment above it is a fraud
 * @param terminalsCompromised share of the terminals that are compromised anew every day
 * @param terminalDays how long each stays so
 * @param customersCompromised share of the customers that are compromised anew every day
 * @param customerDays how long each stays so
 */
record GeneratorSettings(
        long seed,
        int customers,
        int terminals,
        double paymentsPerCustomer,
        double plane,
        double radius,
        double largeAmount,
        double terminalsCompromised,
        int terminalDays,
        double customersCompromised,
        int customerDays) {

    /** @throws IllegalArgumentException names all that is wrong */
    static GeneratorSettings of(Map<String, Object> settings, int perDay) {
        Reading reading = new Reading(settings);
        double population = settings.containsKey(EventGenerator.POPULATION)
                ? reading.number(EventGenerator.POPULATION, 1, 10_000_000)
                : perDay;
        if (perDay < 1 || perDay > 10_000_000) {
            reading.problems.add("events per day: expected 1 to 10000000, found " + perDay);
        }
        long seed = reading.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE);
        double payments = reading.number("payments_per_customer_and_day", 0.01, 100);
        double terminals = reading.number("terminals_per_customer", 0.01, 100);
        double plane = reading.number("plane", 1, 1e6);
        double radius = reading.number("radius", 0, 1e6);
        double largeAmount = reading.number("large_amount", 0, 1e6);
        double terminalsCompromised = reading.number("terminals_compromised", 0, 1);
        int terminalDays = (int) reading.whole("terminal_days", 1, 365);
        double customersCompromised = reading.number("customers_compromised", 0, 1);
        int customerDays = (int) reading.whole("customer_days", 1, 365);
        reading.finish();
        int customers = (int) Math.max(1, Math.round(population / payments));
        return new GeneratorSettings(
                seed,
                customers,
                (int) Math.max(1, Math.round(customers * terminals)),
                (double) perDay / customers,
                plane,
                radius,
                largeAmount,
                terminalsCompromised,
                terminalDays,
                customersCompromised,
                customerDays);
    }

    /** Collects all problems before it fails. */
    private static final class Reading {
        private final Map<String, Object> settings;
        private final Set<String> known = new HashSet<>(Set.of(EventGenerator.POPULATION));
        private final List<String> problems = new ArrayList<>();

        Reading(Map<String, Object> settings) {
            this.settings = settings;
        }

        double number(String name, double least, double greatest) {
            known.add(name);
            if (!(settings.get(name) instanceof Number number)) {
                problems.add(name + ": expected a number, found " + settings.get(name));
                return least;
            }
            double value = number.doubleValue();
            if (!(value >= least && value <= greatest)) {
                problems.add(name + ": expected " + least + " to " + greatest + ", found " + value);
                return least;
            }
            return value;
        }

        long whole(String name, long least, long greatest) {
            known.add(name);
            Object value = settings.get(name);
            if (!(value instanceof Integer || value instanceof Long)) {
                problems.add(name + ": expected a whole number, found " + value);
                return least;
            }
            long whole = ((Number) value).longValue();
            if (whole < least || whole > greatest) {
                problems.add(name + ": expected " + least + " to " + greatest + ", found " + whole);
                return least;
            }
            return whole;
        }

        void finish() {
            settings.keySet().stream()
                    .filter(name -> !known.contains(name))
                    .sorted()
                    .forEach(name -> problems.add(name + ": not a setting; there are "
                            + known.stream().sorted().toList()));
            if (!problems.isEmpty()) {
                throw new IllegalArgumentException("generator.yaml: " + String.join("; ", problems));
            }
        }
    }
}
