package dev.millrace.endtoend;

import dev.millrace.endtoend.PaymentFile.Payment;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The model's features by brute force over the payments: filters, counts and divides, and knows nothing of blocks. */
final class PaymentOracle {
    private static final long DELAY = Duration.ofDays(7).toMillis();
    private static final Map<String, Duration> CUSTOMER =
            windows("1m", 60, "1h", 3600, "1d", 86400, "7d", 604800, "30d", 2592000);
    private static final Map<String, Duration> MERCHANT = windows("1d", 86400, "7d", 604800, "30d", 2592000);

    private final Map<Long, List<Payment>> byCustomer;
    private final Map<Long, List<Payment>> byMerchant;

    PaymentOracle(List<Payment> payments) {
        byCustomer = payments.stream()
                .sorted(Comparator.comparingLong(Payment::time))
                .collect(Collectors.groupingBy(Payment::customer));
        byMerchant = payments.stream()
                .sorted(Comparator.comparingLong(Payment::time))
                .collect(Collectors.groupingBy(Payment::merchant));
    }

    private static Map<String, Duration> windows(Object... namesAndSeconds) {
        Map<String, Duration> windows = new LinkedHashMap<>();
        for (int i = 0; i < namesAndSeconds.length; i += 2) {
            windows.put((String) namesAndSeconds[i], Duration.ofSeconds((Integer) namesAndSeconds[i + 1]));
        }
        return windows;
    }

    /** What one read knows: which payments have arrived, and which of them are known to be fraud. */
    record Known(Predicate<Payment> payment, Predicate<Payment> fraud) {}

    /**
     * @param also a payment that is being scored; null for none
     * @return by name; NaN is missing
     */
    Map<String, Double> features(long customer, long merchant, long at, Payment also, Known known) {
        Map<String, Double> features = new LinkedHashMap<>();
        List<Payment> own = byCustomer.getOrDefault(customer, List.of());
        CUSTOMER.forEach((name, width) -> {
            long count = 0;
            long cents = 0;
            for (Payment payment : own) {
                if (payment.time() > at - width.toMillis()
                        && payment.time() <= at
                        && (payment == also || known.payment().test(payment))) {
                    count++;
                    cents += payment.cents();
                }
            }
            if (also != null && !own.contains(also)) {
                count++;
                cents += also.cents();
            }
            features.put("customer.transaction_count_" + name, (double) count);
            features.put("customer.avg_amount_" + name, count == 0 ? Double.NaN : (double) cents / (count * 100.0));
        });
        List<Payment> there = byMerchant.getOrDefault(merchant, List.of());
        MERCHANT.forEach((name, width) -> {
            List<Payment> window = there.stream()
                    .filter(payment -> payment.time() > at - DELAY - width.toMillis() && payment.time() <= at - DELAY)
                    .filter(known.payment())
                    .toList();
            double frauds =
                    window.stream().filter(Payment::fraud).filter(known.fraud()).count();
            features.put("merchant.transaction_count_" + name, (double) window.size());
            features.put("merchant_fraud_rate_" + name, window.isEmpty() ? Double.NaN : frauds / window.size());
        });
        return features;
    }

    /** The features of the payment itself. */
    static void addOwn(Payment payment, Map<String, Double> features) {
        double amount = payment.cents() / 100.0;
        var time = Instant.ofEpochMilli(payment.time()).atZone(ZoneOffset.UTC);
        features.put("amount", amount);
        features.put("log_amount", amount == 0 ? Double.NaN : StrictMath.log(amount));
        features.put("hour_of_day", (double) time.getHour());
        features.put("is_weekend", time.getDayOfWeek().getValue() >= 6 ? 1.0 : 0.0);
        features.put("is_night", time.getHour() <= 6 ? 1.0 : 0.0);
    }
}
