package dev.millrace.stream.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.local.LocalStack;
import dev.millrace.local.server.Server;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MonthPartitionsIT {

    /** Also where the name of a table and its month is longer than PostgreSQL's names are, and where the next year has five digits. */
    @Test
    void everyMonthThatCanBeStoredHasAPartitionOfItsOwn() throws Exception {
        List<Instant> moments = List.of(
                Instant.parse("1970-01-01T00:00:00Z"),
                Instant.parse("2026-02-28T23:59:59.999Z"),
                Instant.parse("2026-03-01T00:00:00Z"),
                Instant.parse("9999-12-31T23:59:59.999Z"));
        String table = "t".repeat(60);
        try (LocalStack stack = LocalStack.own(Server.POSTGRES);
                Connection connection = DriverManager.getConnection(
                        stack.postgres().url(),
                        stack.postgres().user(),
                        stack.postgres().password())) {
            Sql.execute(
                    connection,
                    "create table " + Sql.name(table) + " (at timestamptz, until timestamptz) partition by range (at)");
            new MonthPartitions().ensure(connection, table, moments);
            CopyRows rows = new CopyRows(List.of("at", "until"));
            moments.forEach(moment -> rows.add(Arrays.asList(moment, moment.plusSeconds(1))));
            rows.into(connection, table);
            try (Statement statement = connection.createStatement();
                    ResultSet found = statement.executeQuery(
                            "select count(distinct tableoid), max(extract(year from until at time zone 'UTC')) from "
                                    + Sql.name(table))) {
                found.next();
                assertThat(found.getInt(1)).isEqualTo(moments.size());
                assertThat(found.getInt(2)).isEqualTo(10_000);
            }
        }
    }
}
