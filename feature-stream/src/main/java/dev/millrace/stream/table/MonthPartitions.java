package dev.millrace.stream.table;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Partitions of tables by month, made as their first row comes. */
final class MonthPartitions {
    private final Set<String> known = new HashSet<>();
    private final Set<String> made = new HashSet<>();

    void ensure(Connection connection, String table, Collection<Instant> moments) throws SQLException {
        Set<YearMonth> months = moments.stream()
                .map(moment -> YearMonth.from(moment.atZone(ZoneOffset.UTC)))
                .collect(Collectors.toCollection(TreeSet::new));
        for (YearMonth month : months) {
            String partition = Sql.fitting(
                    table + String.format(Locale.ROOT, "_%04d_%02d", month.getYear(), month.getMonthValue()));
            if (!known.contains(partition) && made.add(partition)) {
                Sql.execute(
                        connection,
                        "create table if not exists " + Sql.name(partition) + " partition of " + Sql.name(table)
                                + " for values from ('" + begin(month) + "') to ('" + begin(month.plusMonths(1))
                                + "')");
            }
        }
    }

    private static String begin(YearMonth month) {
        return Sql.moment(month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant());
    }

    /** Call when the transaction that made partitions is over. */
    void settle(boolean committed) {
        if (committed) {
            known.addAll(made);
        }
        made.clear();
    }
}
