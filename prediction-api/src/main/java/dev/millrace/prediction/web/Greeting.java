package dev.millrace.prediction.web;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Says at the start where the service listens, and that it asks for no keys. */
@Component
class Greeting {

    private static final Logger LOG = LoggerFactory.getLogger(Greeting.class);

    private final Environment environment;

    Greeting(Environment environment) {
        this.environment = environment;
    }

    @EventListener
    void listening(WebServerInitializedEvent event) {
        if ("management".equals(event.getApplicationContext().getServerNamespace())) {
            return;
        }
        String address = environment.getProperty("server.address", "127.0.0.1");
        LOG.info(
                "listening on {}:{}; no keys are needed: whoever reaches this address can ask for predictions",
                address,
                event.getWebServer().getPort());
    }
}
