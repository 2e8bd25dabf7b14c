package dev.millrace.schema.definition;

/**
 * Where in a use case's folder something is written.
 *
 * @param file path relative to the use case's folder
 * @param line from 1
 */
public record Location(String file, int line) {
    @Override
    public String toString() {
        return file + ":" + line;
    }
}
