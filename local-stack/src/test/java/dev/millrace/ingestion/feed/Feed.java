package dev.millrace.ingestion.feed;

/** Has the name of the real one, which this module must not depend on. */
public final class Feed {
    private Feed() {}

    public static void main(String[] arguments) throws Exception {
        System.out.println(String.join(" ", arguments));
        if (arguments[0].equals("traffic")) {
            Thread.currentThread().join();
        }
    }
}
