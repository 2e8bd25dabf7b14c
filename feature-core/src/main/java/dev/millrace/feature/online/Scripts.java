package dev.millrace.feature.online;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Lua scripts of the online record: each change is atomic. */
public enum Scripts {
    /** Writes a block unless a stored offset is higher, and trims the head up to the block's offsets. */
    WRITE_BLOCK("write-block.lua"),
    /** Appends an event to the head unless the block has it already. */
    APPEND_HEAD("append-head.lua"),
    /** Notes that a batch is written, if the batch before it still is. */
    ADVANCE_MARKER("advance-marker.lua"),
    /** Publishes progress, if the last batch is still written. */
    PUBLISH_PROGRESS("publish-progress.lua");

    private final String text;

    Scripts(String resource) {
        try (InputStream in = Scripts.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("The class path lacks " + resource);
            }
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String text() {
        return text;
    }
}
