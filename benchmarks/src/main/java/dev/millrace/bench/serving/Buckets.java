package dev.millrace.bench.serving;

import dev.millrace.local.process.Network;
import java.util.Map;
import java.util.TreeMap;

/**
 * How long the service has waited for stored features, as its own histogram counts it.
 *
 * @param upTo how many took so many seconds at most
 */
record Buckets(TreeMap<Double, Double> upTo) {
    private static final String BUCKET = "feature_computation_seconds_bucket{feature_type=\"stored\",le=\"";

    static Buckets of(MeasuredService service) {
        TreeMap<Double, Double> upTo = new TreeMap<>();
        Network.body(service.url() + "/metrics")
                .ifPresent(page -> page.lines()
                        .filter(line -> line.startsWith(BUCKET))
                        .forEach(line -> {
                            String edge = line.substring(BUCKET.length(), line.indexOf('"', BUCKET.length()));
                            upTo.put(
                                    edge.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(edge),
                                    Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)));
                        }));
        return new Buckets(upTo);
    }

    Buckets since(Buckets before) {
        TreeMap<Double, Double> difference = new TreeMap<>();
        upTo.forEach((edge, count) -> difference.put(edge, count - before.upTo().getOrDefault(edge, 0.0)));
        return new Buckets(difference);
    }

    /**
     * Seconds that this share took at most: even within a bucket.
     *
     * @return infinite when it lies beyond the last edge
     */
    double percentile(double share) {
        double wanted = share * upTo.lastEntry().getValue();
        double lowerEdge = 0;
        double lowerCount = 0;
        for (Map.Entry<Double, Double> bucket : upTo.entrySet()) {
            if (bucket.getValue() >= wanted) {
                double part = (wanted - lowerCount) / (bucket.getValue() - lowerCount);
                return lowerEdge + part * (bucket.getKey() - lowerEdge);
            }
            lowerEdge = bucket.getKey();
            lowerCount = bucket.getValue();
        }
        return Double.POSITIVE_INFINITY;
    }
}
