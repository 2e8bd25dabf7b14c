package dev.millrace.ingestion.feed;

import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.loader.UseCaseLoader;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.Map;

/** What every subcommand works with. */
record Context(Map<String, String> environment, Clock clock, Stop stop, PrintWriter out) {
    Context {
        environment = Map.copyOf(environment);
    }

    FeedSettings settings() {
        return FeedSettings.from(environment);
    }

    UseCase useCase() {
        FeedSettings settings = settings();
        return UseCaseLoader.load(settings.useCases(), settings.useCase());
    }
}
