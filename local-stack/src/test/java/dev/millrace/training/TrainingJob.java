package dev.millrace.training;

/** Has the name of the real one, which this module must not depend on. */
public final class TrainingJob {
    private TrainingJob() {}

    public static void main(String[] arguments) throws Exception {
        System.out.println(String.join(" ", arguments));
    }
}
