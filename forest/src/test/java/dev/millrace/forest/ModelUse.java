package dev.millrace.forest;

/** All that can be done with a model of unknown bytes, in bounded room. */
final class ModelUse {
    private static final int SMALL = 1000;

    private ModelUse() {}

    static void readAndUse(byte[] model) throws ModelFormatException {
        Forest forest = Forest.read(model);
        if (forest.features() >= SMALL || forest.outputs() >= SMALL) {
            return;
        }
        float[] vector = new float[forest.features()];
        forest.scores(vector, new float[forest.answers()]);
        forest.scoresOfRows(new float[5 * forest.features()], 5, new float[5 * forest.answers()]);
        Explainer explainer = forest.explainer();
        explainer.contributions(vector, new double[explainer.length()], explainer.workspace());
        if (forest.iterations() > 1) {
            forest.iterations(1, 2).margins(vector, new float[forest.outputs()]);
        }
    }
}
