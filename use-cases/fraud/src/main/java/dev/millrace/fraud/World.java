package dev.millrace.fraud;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Customers and terminals on a square. Each lies where its number says: a larger world contains the places of a smaller
 * one. Terminals are sorted by x, so that those within reach of a customer lie in one slice.
 */
final class World {
    static final List<String> DEVICES = List.of("chip", "contactless", "mobile", "web");

    /** One after the other from west to east; all of them pay in the same currency. */
    private static final List<String> COUNTRIES = List.of("FR", "BE", "NL", "DE", "AT");

    private static final long CUSTOMER = 1;
    private static final long TERMINAL = 2;

    private final List<Customer> customers = new ArrayList<>();
    private final Terminal[] terminals;
    private final double[] xs;
    private final double radius;
    private final double paymentsPerEagerness;

    /** @param number at least 1 */
    record Terminal(int number, double x, double y, String country) {}

    World(GeneratorSettings settings) {
        this.radius = settings.radius();
        this.terminals = new Terminal[settings.terminals()];
        for (int i = 0; i < terminals.length; i++) {
            Draws draws = Draws.of(settings.seed(), TERMINAL, i);
            double x = draws.uniform(0, settings.plane());
            double y = draws.uniform(0, settings.plane());
            terminals[i] = new Terminal(i + 1, x, y, COUNTRIES.get((int) (x / settings.plane() * COUNTRIES.size())));
        }
        Arrays.sort(terminals, Comparator.comparingDouble(Terminal::x));
        this.xs = Arrays.stream(terminals).mapToDouble(Terminal::x).toArray();
        for (int i = 0; i < settings.customers(); i++) {
            Draws draws = Draws.of(settings.seed(), CUSTOMER, i);
            customers.add(new Customer(
                    i + 1,
                    draws.uniform(0, settings.plane()),
                    draws.uniform(0, settings.plane()),
                    draws.uniform(5, 100),
                    draws.unit(),
                    String.format(Locale.ROOT, "%04d", draws.below(10_000)),
                    DEVICES.get(draws.below(DEVICES.size()))));
        }
        double eagerness = customers.stream().mapToDouble(Customer::eagerness).sum();
        this.paymentsPerEagerness = settings.paymentsPerCustomer() * settings.customers() / eagerness;
    }

    /** On average: uniform from 0 to twice the mean of all, scaled so that a day has what was asked for. */
    double paymentsPerDay(Customer customer) {
        return customer.eagerness() * paymentsPerEagerness;
    }

    List<Customer> customers() {
        return customers;
    }

    /** Where a customer may pay. */
    Reach reach(Customer customer) {
        int from = firstAtLeast(customer.x() - radius);
        int to = firstAtLeast(Math.nextUp(customer.x() + radius));
        for (int i = from; i < to; i++) {
            if (distance(terminals[i], customer) <= radius) {
                return new Reach(customer, from, to);
            }
        }
        int nearest = 0;
        for (int i = 1; i < terminals.length; i++) {
            if (distance(terminals[i], customer) < distance(terminals[nearest], customer)) {
                nearest = i;
            }
        }
        return new Reach(customer, nearest, nearest + 1);
    }

    /** A slice of the terminals: either some lie within the radius, or it is the nearest alone. */
    final class Reach {
        private final Customer customer;
        private final int from;
        private final int to;

        private Reach(Customer customer, int from, int to) {
            this.customer = customer;
            this.from = from;
            this.to = to;
        }

        /** Each terminal within the radius is as likely as any other. */
        Terminal pick(Draws draws) {
            while (true) {
                Terminal terminal = terminals[from + draws.below(to - from)];
                if (to - from == 1 || distance(terminal, customer) <= radius) {
                    return terminal;
                }
            }
        }
    }

    static double distance(Terminal terminal, Customer customer) {
        double dx = terminal.x() - customer.x();
        double dy = terminal.y() - customer.y();
        return Math.sqrt(dx * dx + dy * dy);
    }

    private int firstAtLeast(double x) {
        int found = Arrays.binarySearch(xs, x);
        return found >= 0 ? found : -found - 1;
    }
}
