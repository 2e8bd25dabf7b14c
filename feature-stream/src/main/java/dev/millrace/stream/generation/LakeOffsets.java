package dev.millrace.stream.generation;

import dev.millrace.stream.lane.StartingOffsets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.kafka.common.TopicPartition;

/** How far the query of one of the lake's tables has read and committed, from its checkpoint. */
record LakeOffsets(String checkpoint, Configuration hadoop) {

    /** The next offset of each partition; empty when the query has committed nothing. */
    Optional<Map<TopicPartition, Long>> committed() throws IOException {
        Path commits = new Path(checkpoint, "commits");
        FileSystem files = commits.getFileSystem(hadoop);
        if (!files.exists(commits)) {
            return Optional.empty();
        }
        OptionalInt last = Arrays.stream(files.listStatus(commits))
                .map(file -> file.getPath().getName())
                .filter(name -> name.matches("\\d{1,9}"))
                .mapToInt(Integer::parseInt)
                .max();
        if (last.isEmpty()) {
            return Optional.empty();
        }
        try (FSDataInputStream in = files.open(new Path(checkpoint, "offsets/" + last.getAsInt()))) {
            // A version, the batch's settings, then a line per source.
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(2)
                    .findFirst()
                    .map(StartingOffsets::parse);
        }
    }
}
