package dev.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.local.server.Server;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class PostgresIT extends ServerContract {

    PostgresIT() {
        super(Server.POSTGRES);
    }

    @Test
    void showsNoPasswordInMessages() {
        assertThat(stack.postgres().toString())
                .contains("jdbc:postgresql://127.0.0.1:", "user=millrace")
                .doesNotContain(stack.postgres().password());
    }

    @Override
    void write(String key, String value) throws SQLException {
        try (Connection connection = connect();
                var statement = connection.createStatement()) {
            statement.execute("create table if not exists kept (key text primary key, value text)");
            try (var insert = connection.prepareStatement("insert into kept values (?, ?)")) {
                insert.setString(1, key);
                insert.setString(2, value);
                insert.executeUpdate();
            }
        }
    }

    @Override
    String read(String key) throws SQLException {
        try (Connection connection = connect();
                var select = connection.prepareStatement("select value from kept where key = ?")) {
            select.setString(1, key);
            try (var rows = select.executeQuery()) {
                rows.next();
                return rows.getString(1);
            }
        }
    }

    private Connection connect() throws SQLException {
        var settings = stack.postgres();
        return DriverManager.getConnection(settings.url(), settings.user(), settings.password());
    }
}
