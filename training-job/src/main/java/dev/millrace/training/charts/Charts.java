package dev.millrace.training.charts;

import dev.millrace.training.evaluation.BinaryEvaluation;
import dev.millrace.training.evaluation.CalibrationBin;
import dev.millrace.training.evaluation.Confusion;
import dev.millrace.training.evaluation.Point;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Pictures of an evaluation, as PNG. They need no display. */
public final class Charts {

    private static final int WIDTH = 720;
    private static final int HEIGHT = 540;
    private static final int CALIBRATION_BINS = 10;
    private static final int MOST_BARS = 25;

    private Charts() {}

    public static byte[] roc(BinaryEvaluation evaluation) {
        XYChart chart =
                chart("ROC (AUC %.4f)".formatted(evaluation.auc()), "false positive rate", "true positive rate");
        line(chart, "model", evaluation.rocCurve());
        line(chart, "chance", List.of(new Point(0, 0), new Point(1, 1)));
        return png(chart);
    }

    public static byte[] precisionRecall(BinaryEvaluation evaluation) {
        String title = "Precision and recall (average precision %.4f)".formatted(evaluation.averagePrecision());
        XYChart chart = chart(title, "recall", "precision");
        line(chart, "model", evaluation.precisionRecallCurve());
        double base = (double) evaluation.positives() / evaluation.rows();
        line(chart, "chance", List.of(new Point(0, base), new Point(1, base)));
        return png(chart);
    }

    public static byte[] calibration(BinaryEvaluation evaluation) {
        XYChart chart = chart("Calibration", "mean score", "share of positive rows");
        List<Point> bins = new ArrayList<>();
        for (CalibrationBin bin : evaluation.calibration(CALIBRATION_BINS)) {
            bins.add(new Point(bin.meanScore(), bin.positiveShare()));
        }
        line(chart, "model", bins);
        line(chart, "perfect", List.of(new Point(0, 0), new Point(1, 1)));
        return png(chart);
    }

    public static byte[] confusion(Confusion confusion, double threshold) {
        HeatMapChart chart = new HeatMapChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title("Confusion at threshold %.4f".formatted(threshold))
                .xAxisTitle("decided")
                .yAxisTitle("true")
                .build();
        List<Number[]> cells = List.of(
                new Number[] {0, 0, confusion.trueNegatives()},
                new Number[] {1, 0, confusion.falsePositives()},
                new Number[] {0, 1, confusion.falseNegatives()},
                new Number[] {1, 1, confusion.truePositives()});
        chart.addSeries("rows", List.of("negative", "positive"), List.of("negative", "positive"), cells);
        chart.getStyler().setShowValue(true);
        chart.getStyler().setLegendVisible(false);
        return png(chart);
    }

    /** The features of the greatest gain, the greatest first. */
    public static byte[] importance(Map<String, Double> gain) {
        List<Map.Entry<String, Double>> greatest = sorted(gain);
        greatest = greatest.subList(0, Math.min(MOST_BARS, greatest.size()));
        CategoryChart chart = new CategoryChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title("Feature importance (mean gain)")
                .build();
        List<String> names = greatest.stream().map(Map.Entry::getKey).toList();
        List<Double> values = greatest.stream().map(Map.Entry::getValue).toList();
        chart.addSeries(
                "gain",
                names.isEmpty() ? List.of("(no split)") : names,
                values.isEmpty() ? Collections.singletonList(0.0) : values);
        chart.getStyler().setXAxisLabelRotation(60);
        chart.getStyler().setLegendVisible(false);
        return png(chart);
    }

    /** The gain of each feature, the greatest first, as CSV. */
    public static String importanceCsv(Map<String, Double> gain) {
        StringBuilder csv = new StringBuilder("feature,gain\n");
        sorted(gain)
                .forEach(entry -> csv.append('"')
                        .append(entry.getKey().replace("\"", "\"\""))
                        .append("\",")
                        .append(entry.getValue())
                        .append('\n'));
        return csv.toString();
    }

    private static List<Map.Entry<String, Double>> sorted(Map<String, Double> gain) {
        return gain.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .toList();
    }

    private static XYChart chart(String title, String x, String y) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle(x)
                .yAxisTitle(y)
                .build();
        chart.getStyler().setXAxisMin(0.0).setXAxisMax(1.0);
        chart.getStyler().setYAxisMin(0.0).setYAxisMax(1.0);
        return chart;
    }

    private static void line(XYChart chart, String name, List<Point> points) {
        double[] x = points.stream().mapToDouble(Point::x).toArray();
        double[] y = points.stream().mapToDouble(Point::y).toArray();
        chart.addSeries(name, x, y).setMarker(SeriesMarkers.NONE);
    }

    private static byte[] png(Chart<?, ?> chart) {
        try {
            return BitmapEncoder.getBitmapBytes(chart, BitmapFormat.PNG);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot draw " + chart.getTitle(), e);
        }
    }
}
