package dev.millrace.stream.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.feature.FeatureEngine;
import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Server;
import dev.millrace.schema.loader.UseCaseLoader;
import dev.millrace.stream.config.StreamConfig;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The questions are those of the prediction API's history, as it spells them; the planner is left as it is. */
@Timeout(120)
final class HistoryIndexesIT {
    private static final FeatureEngine ENGINE =
            FeatureEngine.compile(UseCaseLoader.load(Path.of("src/test/resources/use-cases"), "orders"));
    private static final String FAR = "at >= '2026-01-01T00:00:00Z'";

    private static LocalStack stack;
    private static Connection connection;

    @BeforeAll
    static void fill() throws Exception {
        stack = LocalStack.own(Server.POSTGRES);
        createTables();
        connection = DriverManager.getConnection(
                stack.postgres().url(),
                stack.postgres().user(),
                stack.postgres().password());
        execute("create table orders_2026_01 partition of orders for values from ('2026-01-01 00:00Z')"
                + " to ('2026-02-01 00:00Z')");
        execute("create table labels_2026_01 partition of labels for values from ('2026-01-01 00:00Z')"
                + " to ('2026-02-01 00:00Z')");
        execute("insert into orders select gen_random_uuid(), i % 5000, 'shop' || i % 700, 'market' || i % 300, 1,"
                + " timestamptz '2026-01-01 00:00Z' + i * interval '10 s', null, null, null, 't', 0, i, now(), 0"
                + " from generate_series(1, 100000) i");
        execute("insert into labels select 'orders', i, timestamptz '2026-01-01 00:00Z' + i * interval '10 s', 'key',"
                + " jsonb_build_object('shop', 'shop' || i % 700, 'buyer', '' || i % 5000), 1, now(), 1, 't', 0, i,"
                + " now(), 0 from generate_series(1, 100000) i");
        execute("analyze orders");
        execute("analyze labels");
    }

    @AfterAll
    static void stop() throws SQLException {
        connection.close();
        stack.close();
    }

    private static void createTables() throws SQLException {
        Map<String, String> environment = new HashMap<>(stack.postgres().environment());
        environment.put("MILLRACE_USE_CASE", "orders");
        environment.put("MILLRACE_CHECKPOINT", "unused");
        try (PostgresSink sink = new PostgresSink(StreamConfig.from(environment), ENGINE, "checkpoint", Map.of())) {
            sink.createTables();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "orders | buyer in ('17')                                                    | orders_by_key",
                "orders | shop in ('shop17')                                                 | orders_by_shop",
                "orders | shop in ('shop17') and buyer in ('17')                             | orders_by_shop_and_buyer",
                "orders | market = 'market17'                                                | orders_by_market",
                "labels | event_type = 'orders' and entities->>'shop' in ('shop17')          | labels_by_shop",
            })
    void aQuestionAboutAnEntityReadsItsRowsOnly(String table, String where, String index) throws SQLException {
        String time = table.equals("labels") ? FAR.replace("at", "event_time") : FAR;
        String plan =
                plan("select * from %s where %s and %s order by arrival_time, topic_id, kafka_partition, kafka_offset"
                        .formatted(table, where, time));
        assertThat(plan).doesNotContain("Seq Scan").contains("Index");
        assertThat(indexesOf(table)).contains(index);
    }

    @Test
    void tablesThatWereThereBeforeGetTheirIndexes() throws SQLException {
        execute("drop index orders_by_market");
        assertThat(plan("select * from orders where market = 'market17' and " + FAR))
                .contains("Seq Scan");
        createTables();
        assertThat(plan("select * from orders where market = 'market17' and " + FAR))
                .doesNotContain("Seq Scan");
    }

    @Test
    void longNamesStayApart() {
        String first = Sql.fitting("orders_by_" + "x".repeat(60) + "_1");
        String second = Sql.fitting("orders_by_" + "x".repeat(60) + "_2");
        assertThat(first).hasSize(63).isNotEqualTo(second);
        assertThat(Sql.fitting("orders_by_shop")).isEqualTo("orders_by_shop");
    }

    private static String plan(String query) throws SQLException {
        return lines("explain " + query);
    }

    private static String indexesOf(String table) throws SQLException {
        return lines("select indexname from pg_indexes where tablename = '" + table + "'");
    }

    private static String lines(String query) throws SQLException {
        StringBuilder found = new StringBuilder();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                found.append(rows.getString(1)).append('\n');
            }
        }
        return found.toString();
    }

    private static void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
