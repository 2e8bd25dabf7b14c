package dev.millrace.stream.lane;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Names a checkpoint for good: what its batches wrote is recognised, and another checkpoint's is not. */
public final class CheckpointId {
    private CheckpointId() {}

    /** Whether there is one: whether a query was ever made ready at this checkpoint. */
    public static boolean isMade(String checkpoint, Configuration hadoop) throws IOException {
        Path file = new Path(checkpoint + ".id");
        return file.getFileSystem(hadoop).exists(file);
    }

    /** Reads the id beside the checkpoint, or makes one. */
    public static String of(String checkpoint, Configuration hadoop) throws IOException {
        Path file = new Path(checkpoint + ".id");
        FileSystem files = file.getFileSystem(hadoop);
        if (files.exists(file)) {
            try (FSDataInputStream in = files.open(file)) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
            }
        }
        String id = UUID.randomUUID().toString();
        try (FSDataOutputStream out = files.create(file, false)) {
            out.write(id.getBytes(StandardCharsets.UTF_8));
        }
        return id;
    }
}
