package dev.millrace.training.promotion;

import dev.millrace.schema.definition.ModelDefinition.PromotionRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The gates of a use case. Each is tried, so that a refusal says all of them. */
public final class Gates {

    /** Draws are the same for the same rows. */
    private static final long SEED = 4_711;

    private final PromotionRule rule;

    public Gates(PromotionRule rule) {
        this.rule = rule;
    }

    /**
     * What the gates say.
     *
     * @param failed one sentence per gate that is not passed
     * @param passed one sentence per gate that is
     */
    public record Verdict(List<String> failed, List<String> passed) {

        public Verdict {
            failed = List.copyOf(failed);
            passed = List.copyOf(passed);
        }

        public boolean promotes() {
            return failed.isEmpty();
        }
    }

    /**
     * Two models on the same rows.
     *
     * @param champion the version's name, for people
     */
    public record Duel(String champion, double[] freshScores, double[] championScores, double[] labels) {}

    /** Without a champion: the floors are all that counts. */
    public Verdict floors(Map<String, Double> metrics) {
        List<String> failed = new ArrayList<>();
        List<String> passed = new ArrayList<>();
        new TreeMap<>(rule.atLeast()).forEach((metric, least) -> {
            double value = metrics.getOrDefault(metric, Double.NaN);
            (value >= least ? passed : failed).add("%s of at least %s: %s".formatted(metric, least, value));
        });
        return new Verdict(failed, passed);
    }

    /**
     * In the metric in which a version must be better.
     *
     * @param p how likely the lead is chance; never 0
     */
    public record Lead(String metric, double fresh, double champion, double p) {}

    public Lead lead(Duel duel) {
        RankingMetric metric = RankingMetric.named(rule.better());
        int[] once = new int[duel.labels().length];
        Arrays.fill(once, 1);
        double fresh = metric.of(duel.freshScores(), PairedBootstrap.order(duel.freshScores()), duel.labels(), once);
        double champion =
                metric.of(duel.championScores(), PairedBootstrap.order(duel.championScores()), duel.labels(), once);
        double p = PairedBootstrap.p(metric, duel.freshScores(), duel.championScores(), duel.labels(), SEED);
        return new Lead(metric.text(), fresh, champion, p);
    }

    public Verdict against(Map<String, Double> metrics, Duel duel) {
        return against(metrics, duel.champion(), lead(duel));
    }

    /** @param champion the version's name, for people */
    public Verdict against(Map<String, Double> metrics, String champion, Lead lead) {
        Verdict floors = floors(metrics);
        List<String> failed = new ArrayList<>(floors.failed());
        List<String> passed = new ArrayList<>(floors.passed());
        String said = String.format(
                Locale.ROOT,
                "%s better than that of the champion %s with p of at most %s: %.4f against %.4f, p %.4f",
                lead.metric(),
                champion,
                rule.significance(),
                lead.fresh(),
                lead.champion(),
                lead.p());
        (lead.fresh() > lead.champion() && lead.p() <= rule.significance() ? passed : failed).add(said);
        return new Verdict(failed, passed);
    }
}
