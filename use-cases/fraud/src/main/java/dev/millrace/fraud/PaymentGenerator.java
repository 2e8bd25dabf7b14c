package dev.millrace.fraud;

import dev.millrace.fraud.World.Reach;
import dev.millrace.fraud.World.Terminal;
import dev.millrace.schema.generator.EventGenerator;
import dev.millrace.schema.generator.SourceEvent;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Card payments with three kinds of fraud, after the public description of the simulator in <a
 * href="https://fraud-detection-handbook.github.io/fraud-detection-handbook/Chapter_3_GettingStarted/SimulatedDataset.html">the
 * handbook</a> (Le Borgne, Siblini, Lebichot, Bontempi, 2022). Unlike there, any day can be made alone: every draw
 * depends on the seed, the customer and the day only.
 */
public final class PaymentGenerator implements EventGenerator {
    private static final String TYPE = "transactions";

    private static final long PAYMENTS = 3;
    private static final long TERMINALS_HELD = 4;
    private static final long CUSTOMERS_HELD = 5;
    private static final long ID = 6;

    /** Payments gather around noon. */
    private static final double DEVIATION_SECONDS = 20_000;

    private static final double DAY_SECONDS = Duration.ofDays(1).toSeconds();

    private static final double STOLEN_SHARE = 1.0 / 3;
    private static final double STOLEN_FACTOR = 5;

    /** How often a customer pays in the usual way. */
    private static final double USUAL_SHARE = 0.8;

    private @Nullable Known known;

    /** The world of the settings asked for last: a history asks for many days of the same. */
    private record Known(GeneratorSettings settings, World world) {}

    @Override
    public String useCase() {
        return "fraud";
    }

    @Override
    public List<SourceEvent> day(Map<String, Object> settings, int perDay, LocalDate day) {
        GeneratorSettings valid = GeneratorSettings.of(settings, perDay);
        return new Day(valid, world(valid), day.toEpochDay()).payments();
    }

    private synchronized World world(GeneratorSettings settings) {
        if (known == null || !known.settings().equals(settings)) {
            known = new Known(settings, new World(settings));
        }
        return known.world();
    }

    /** One day being made. */
    private static final class Day {
        private final GeneratorSettings settings;
        private final World world;
        private final long epochDay;
        private final Instant midnight;
        private final Set<Integer> terminalsHeld;
        private final Set<Integer> customersHeld;

        /** Another rate makes other payments: their ids must not meet. */
        private final long idSeed;

        Day(GeneratorSettings settings, World world, long epochDay) {
            this.settings = settings;
            this.world = world;
            this.epochDay = epochDay;
            this.midnight =
                    LocalDate.ofEpochDay(epochDay).atStartOfDay(ZoneOffset.UTC).toInstant();
            this.terminalsHeld = new Compromise(
                            settings.seed(),
                            TERMINALS_HELD,
                            settings.terminals(),
                            settings.terminalsCompromised(),
                            settings.terminalDays())
                    .on(epochDay);
            this.customersHeld = new Compromise(
                            settings.seed(),
                            CUSTOMERS_HELD,
                            settings.customers(),
                            settings.customersCompromised(),
                            settings.customerDays())
                    .on(epochDay);
            this.idSeed = Draws.hash(
                    settings.seed(), ID, settings.customers(), Double.doubleToLongBits(settings.paymentsPerCustomer()));
        }

        /** Each is spelt out when it is asked for: a day of millions of payments must not fill the memory. */
        List<SourceEvent> payments() {
            List<Payment> payments = new ArrayList<>();
            for (Customer customer : world.customers()) {
                Draws draws = Draws.of(settings.seed(), PAYMENTS, customer.number(), epochDay);
                int count = draws.poisson(world.paymentsPerDay(customer));
                if (count > 0) {
                    Reach reach = world.reach(customer);
                    for (int i = 0; i < count; i++) {
                        payments.add(payment(customer, reach.pick(draws), i, draws));
                    }
                }
            }
            // A stable sort: who pays in the same millisecond stays in the order of the customers.
            payments.sort(Comparator.comparingInt(Payment::millis));
            return new AbstractList<>() {
                @Override
                public SourceEvent get(int index) {
                    return event(payments.get(index));
                }

                @Override
                public int size() {
                    return payments.size();
                }
            };
        }

        /**
         * What was drawn of a payment.
         *
         * @param millis of the day
         * @param number of the customer's on that day
         */
        private record Payment(
                Customer customer,
                Terminal terminal,
                int number,
                int millis,
                long cents,
                boolean fraud,
                String device) {}

        private Payment payment(Customer customer, Terminal terminal, int number, Draws draws) {
            int millis = (int) (second(draws) * 1_000);
            double amount = amount(customer, draws);
            boolean stolen = customersHeld.contains(customer.number()) && draws.unit() < STOLEN_SHARE;
            BigDecimal paid =
                    BigDecimal.valueOf(stolen ? amount * STOLEN_FACTOR : amount).setScale(2, RoundingMode.HALF_EVEN);
            boolean fraud =
                    stolen || paid.doubleValue() > settings.largeAmount() || terminalsHeld.contains(terminal.number());
            String device = draws.unit() < USUAL_SHARE
                    ? customer.usualDevice()
                    : World.DEVICES.get(draws.below(World.DEVICES.size()));
            return new Payment(
                    customer, terminal, number, millis, paid.unscaledValue().longValueExact(), fraud, device);
        }

        private SourceEvent event(Payment payment) {
            Customer customer = payment.customer();
            Instant time = midnight.plusMillis(payment.millis());
            Map<String, Object> fields = Map.of(
                    "transaction_id",
                    id(customer, payment.number()).toString(),
                    "customer_id",
                    (long) customer.number(),
                    "merchant_id",
                    (long) payment.terminal().number(),
                    "amount",
                    BigDecimal.valueOf(payment.cents(), 2),
                    "timestamp",
                    time.toString(),
                    "currency",
                    "EUR",
                    "country",
                    payment.terminal().country(),
                    "device_type",
                    payment.device(),
                    "card_last_4",
                    customer.cardLast4());
            return new SourceEvent(TYPE, time, fields, OptionalDouble.of(payment.fraud() ? 1 : 0));
        }

        private static double second(Draws draws) {
            double second;
            do {
                second = draws.normal(DAY_SECONDS / 2, DEVIATION_SECONDS);
            } while (second < 0 || second >= DAY_SECONDS);
            return second;
        }

        private static double amount(Customer customer, Draws draws) {
            double amount = draws.normal(customer.meanAmount(), customer.meanAmount() / 2);
            return amount < 0 ? draws.uniform(0, 2 * customer.meanAmount()) : amount;
        }

        /** <a href="https://www.rfc-editor.org/rfc/rfc9562#section-5.8">RFC 9562, version 8</a>. */
        private UUID id(Customer customer, int number) {
            return new UUID(
                    Draws.hash(idSeed, epochDay, customer.number(), number, 0) & 0xFFFFFFFFFFFF0FFFL | 0x8000L,
                    Draws.hash(idSeed, epochDay, customer.number(), number, 1) & 0x3FFFFFFFFFFFFFFFL
                            | 0x8000000000000000L);
        }
    }
}
