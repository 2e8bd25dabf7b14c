package dev.millrace.local;

import dev.millrace.local.server.Server;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.function.Function;

class RedisIT extends ServerContract {

    RedisIT() {
        super(Server.REDIS);
    }

    @Override
    void write(String key, String value) {
        call(redis -> redis.set(key, value));
    }

    @Override
    String read(String key) {
        return call(redis -> redis.get(key));
    }

    private String call(Function<RedisCommands<String, String>, String> command) {
        try (var client = RedisClient.create(stack.redis().url());
                var connection = client.connect()) {
            return command.apply(connection.sync());
        }
    }
}
