package dev.millrace.bench.forest;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.millrace.forest.Explainer;
import dev.millrace.forest.Forest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoostError;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One row after the other through {@link Trained}: each is new to the processor's branch prediction. All on one thread. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@SuppressWarnings("NullAway.Init") // JMH calls make before anything else.
public class ForestKernel {
    static final int BATCH = 1_000;

    /** ONNX Runtime adds up in another order. */
    private static final float SAME = 2e-6f;

    private Trained trained;
    private Forest forest;
    private Explainer explainer;
    private Explainer.Workspace workspace;
    private double[] contributions;
    private float[][] rows;
    private float[] batch;
    private float[] scores;
    private OrtEnvironment environment;
    private OrtSession session;
    private FloatBuffer buffer;
    private int next;

    @Setup
    public void make() throws Exception {
        trained = Trained.make();
        forest = Forest.read(trained.booster().toByteArray("ubj"));
        explainer = forest.explainer();
        workspace = explainer.workspace();
        contributions = new double[explainer.length()];
        rows = new float[Trained.ROWS][];
        for (int row = 0; row < rows.length; row++) {
            rows[row] = trained.row(row);
        }
        batch = new float[BATCH * Trained.FEATURES];
        System.arraycopy(trained.rows(), 0, batch, 0, batch.length);
        scores = new float[BATCH];
        buffer = ByteBuffer.allocateDirect(Trained.FEATURES * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            session = environment.createSession(
                    OnnxForest.of(trained.booster().toByteArray("json"), Trained.FEATURES), options);
        }
        checkThatAllScoreAlike();
    }

    private void checkThatAllScoreAlike() throws XGBoostError, OrtException {
        for (float[] row : rows) {
            float ours = forest.score(row);
            float xgboosts = score(row);
            float onnx = onnx(row);
            if (Math.abs(ours - xgboosts) > SAME || Math.abs(ours - onnx) > SAME) {
                throw new IllegalStateException(
                        "Expected the same score of all, but came %s, XGBoost's %s and ONNX's %s"
                                .formatted(ours, xgboosts, onnx));
            }
        }
    }

    private float[] row() {
        next = next + 1 == rows.length ? 0 : next + 1;
        return rows[next];
    }

    @Benchmark
    public float predict() {
        return forest.score(row());
    }

    @Benchmark
    public double[] shap() {
        explainer.contributions(row(), contributions, workspace);
        return contributions;
    }

    @Benchmark
    public float[] batch() {
        forest.scoresOfRows(batch, BATCH, scores);
        return scores;
    }

    @Benchmark
    public float peerXgboost4jPredict() throws XGBoostError {
        return score(row());
    }

    /** Without a matrix of its own, which is the faster of its ways. */
    private float score(float[] row) throws XGBoostError {
        return trained.booster().inplace_predict(row, 1, Trained.FEATURES, Float.NaN)[0][0];
    }

    @Benchmark
    public float[][] peerXgboost4jShap() throws XGBoostError {
        DMatrix matrix = new DMatrix(row(), 1, Trained.FEATURES, Float.NaN);
        try {
            return trained.booster().predictContrib(matrix, 0);
        } finally {
            matrix.dispose();
        }
    }

    @Benchmark
    public float peerOnnxPredict() throws OrtException {
        return onnx(row());
    }

    private float onnx(float[] row) throws OrtException {
        buffer.clear();
        buffer.put(row).flip();
        try (OnnxTensor input = OnnxTensor.createTensor(environment, buffer, new long[] {1, Trained.FEATURES});
                OrtSession.Result result = session.run(Map.of(OnnxForest.INPUT, input))) {
            return ((OnnxTensor) result.get(0)).getFloatBuffer().get(0);
        }
    }
}
