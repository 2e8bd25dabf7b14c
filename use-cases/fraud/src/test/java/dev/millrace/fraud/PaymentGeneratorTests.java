package dev.millrace.fraud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.event.EventJson;
import dev.millrace.schema.generator.EventGenerator;
import dev.millrace.schema.generator.SourceEvent;
import dev.millrace.schema.loader.UseCaseLoader;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class PaymentGeneratorTests {
    private static final UseCase FRAUD = UseCaseLoader.load(
            Path.of(System.getProperty("millrace.root", "../..")).resolve("use-cases/fraud"));
    private static final LocalDate START = LocalDate.of(2026, 3, 1);

    private final PaymentGenerator generator = new PaymentGenerator();

    private static Map<String, Object> with(String setting, Object value) {
        Map<String, Object> settings = new HashMap<>(FRAUD.settings());
        settings.put(setting, value);
        return settings;
    }

    private static double number(SourceEvent payment, String field) {
        return ((Number) payment.fields().get(field)).doubleValue();
    }

    private static double mean(List<SourceEvent> payments, ToDoubleFunction<SourceEvent> value) {
        return payments.stream().mapToDouble(value).average().orElseThrow();
    }

    private List<SourceEvent> days(int days, int perDay) {
        return Stream.iterate(START, day -> day.plusDays(1))
                .limit(days)
                .flatMap(day -> generator.day(FRAUD.settings(), perDay, day).stream())
                .toList();
    }

    @Property(tries = 40)
    void aDayIsTheSameWhoeverMakesItAndWhatWasMadeBefore(
            @ForAll @IntRange(min = 1, max = 3_000) int perDay, @ForAll @IntRange(min = -400, max = 400) int day) {
        LocalDate date = START.plusDays(day);
        generator.day(FRAUD.settings(), perDay, date.minusDays(1));
        assertThat(generator.day(FRAUD.settings(), perDay, date))
                .isEqualTo(new PaymentGenerator().day(FRAUD.settings(), perDay, date));
    }

    @Property(tries = 40)
    void paymentsAreInOrderWithinTheirDayAndValid(
            @ForAll @IntRange(min = 1, max = 3_000) int perDay, @ForAll @IntRange(min = -400, max = 400) int day)
            throws Exception {
        LocalDate date = START.plusDays(day);
        List<SourceEvent> payments = generator.day(FRAUD.settings(), perDay, date);
        JsonMapper json = JsonMapper.builder()
                .nodeFactory(JsonNodeFactory.withExactBigDecimals(true))
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .build();
        EventJson reader = new EventJson(FRAUD.event("transactions"));
        for (SourceEvent payment : payments) {
            assertThat(reader.read(json.readTree(json.writeValueAsString(payment.fields()))))
                    .isNotNull();
            assertThat(payment.time().atZone(ZoneOffset.UTC).toLocalDate()).isEqualTo(date);
            assertThat(payment.fields())
                    .containsEntry("timestamp", payment.time().toString());
            assertThat((BigDecimal) payment.fields().get("amount"))
                    .isGreaterThanOrEqualTo(BigDecimal.ZERO)
                    .hasScaleOf(2);
            assertThat(payment.label().orElseThrow()).isIn(0.0, 1.0);
        }
        assertThat(payments).isSortedAccordingTo((a, b) -> a.time().compareTo(b.time()));
    }

    @Test
    void noTwoPaymentsShareAnId() {
        List<SourceEvent> payments = days(30, 1_000);
        Set<Object> ids = new HashSet<>();
        payments.forEach(payment -> ids.add(payment.fields().get("transaction_id")));
        generator
                .day(FRAUD.settings(), 2_000, START)
                .forEach(payment -> ids.add(payment.fields().get("transaction_id")));
        assertThat(ids)
                .hasSize(payments.size()
                        + generator.day(FRAUD.settings(), 2_000, START).size());
    }

    @Test
    void ratesAreAsAskedFor() {
        List<SourceEvent> payments = days(75, 1_000);
        assertThat(payments.size() / 75.0).isCloseTo(1_000, within(15.0));
        assertThat(mean(payments, payment -> payment.label().orElseThrow())).isBetween(0.005, 0.015);
        assertThat(mean(payments, payment -> number(payment, "amount"))).isBetween(45.0, 65.0);
        assertThat(payments.stream()
                        .map(payment -> number(payment, "customer_id"))
                        .distinct())
                .hasSizeBetween(480, 500);
        assertThat(payments.stream().map(payment -> number(payment, "merchant_id")))
                .allMatch(merchant -> merchant >= 1 && merchant <= 1_000);
    }

    @Test
    void theShareOfFraudsHoldsFromMonthToMonth() {
        for (int month = 0; month < 12; month++) {
            LocalDate first = START.plusMonths(month);
            List<SourceEvent> payments = first.datesUntil(first.plusMonths(1))
                    .flatMap(day -> generator.day(FRAUD.settings(), 1_000, day).stream())
                    .toList();
            assertThat(mean(payments, payment -> payment.label().orElseThrow()))
                    .as("from %s", first)
                    .isBetween(0.005, 0.018);
        }
    }

    @Test
    void everyKindOfFraudHappens() {
        List<SourceEvent> frauds = days(75, 1_000).stream()
                .filter(payment -> payment.label().orElseThrow() == 1)
                .toList();
        assertThat(frauds).anyMatch(payment -> number(payment, "amount") > 220);
        assertThat(generator.day(with("terminals_compromised", 1.0), 1_000, START))
                .filteredOn(payment -> payment.label().orElseThrow() == 1)
                .hasSizeGreaterThan(900);
        Map<String, Object> stolenCards = with("customers_compromised", 1.0);
        stolenCards.put("terminals_compromised", 0.0);
        assertThat(mean(
                        generator.day(stolenCards, 10_000, START),
                        payment -> payment.label().orElseThrow()))
                .isCloseTo(1.0 / 3, within(0.03));
    }

    @Test
    void aBusierDayOfTheSamePopulationKeepsItsCustomersAndTerminals() {
        Map<String, Object> settings = with(EventGenerator.POPULATION, 1_000);
        List<SourceEvent> busy = generator.day(settings, 50_000, START);
        assertThat(busy.size()).isBetween(45_000, 55_000);
        assertThat(busy).allMatch(payment -> number(payment, "customer_id") <= 500);
        assertThat(busy).allMatch(payment -> number(payment, "merchant_id") <= 1_000);
        assertThat(mean(busy, payment -> payment.label().orElseThrow())).isBetween(0.002, 0.03);
    }

    @Test
    void customersPayNearbyElseAtTheNearestTerminal() {
        GeneratorSettings settings = GeneratorSettings.of(FRAUD.settings(), 1_000);
        World world = new World(settings);
        Draws draws = Draws.of(1);
        for (Customer customer : world.customers()) {
            World.Reach reach = world.reach(customer);
            for (int i = 0; i < 5; i++) {
                assertThat(World.distance(reach.pick(draws), customer)).isLessThanOrEqualTo(settings.radius());
            }
        }
        World sparse = new World(GeneratorSettings.of(with("radius", 0), 20));
        for (Customer customer : sparse.customers()) {
            World.Terminal first = sparse.reach(customer).pick(draws);
            assertThat(sparse.reach(customer).pick(draws)).isEqualTo(first);
        }
    }

    @Test
    void isFoundByServiceLoader() {
        assertThat(ServiceLoader.load(EventGenerator.class))
                .singleElement()
                .satisfies(found -> assertThat(found.useCase()).isEqualTo(FRAUD.name()));
    }

    @Test
    void allThatIsWrongWithTheSettingsIsNamedAtOnce() {
        Map<String, Object> settings = with("seed", 1.5);
        settings.remove("plane");
        settings.put("radius", -1);
        settings.put("terminal_days", 0);
        settings.put("colour", "blue");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> generator.day(settings, 0, START))
                .withMessageStartingWith("generator.yaml: ")
                .withMessageContaining("events per day: expected 1 to 10000000, found 0")
                .withMessageContaining("seed: expected a whole number, found 1.5")
                .withMessageContaining("plane: expected a number, found null")
                .withMessageContaining("radius: expected 0.0 to 1000000.0, found -1.0")
                .withMessageContaining("terminal_days: expected 1 to 365, found 0")
                .withMessageContaining("colour: not a setting; there are [customer_days,");
    }

    @Test
    void drawsFollowTheirDistributions() {
        Draws draws = Draws.of(7);
        double sum = 0;
        double squares = 0;
        int events = 0;
        for (int i = 0; i < 20_000; i++) {
            double normal = draws.normal(10, 3);
            sum += normal;
            squares += (normal - 10) * (normal - 10);
            events += draws.poisson(1_200);
        }
        assertThat(sum / 20_000).isCloseTo(10, within(0.1));
        assertThat(Math.sqrt(squares / 20_000)).isCloseTo(3, within(0.1));
        assertThat(events / 20_000.0).isCloseTo(1_200, within(2.0));
    }
}
