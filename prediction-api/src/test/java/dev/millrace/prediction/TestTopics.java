package dev.millrace.prediction;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** Topics of one partition. */
public final class TestTopics {

    private TestTopics() {}

    public static void create(String kafka, String... names) throws Exception {
        List<NewTopic> topics =
                Stream.of(names).map(name -> new NewTopic(name, 1, (short) 1)).toList();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
            admin.createTopics(topics).all().get();
        }
    }
}
