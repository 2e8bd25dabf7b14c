package dev.millrace.web;

import dev.millrace.web.security.Access;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;

/** Says at the start where the service listens, and whether it asks for keys. */
final class Greeting {

    private static final Logger LOG = LoggerFactory.getLogger(Greeting.class);

    private final Environment environment;
    private final Access access;

    Greeting(Environment environment, Access access) {
        this.environment = environment;
        this.access = access;
    }

    @EventListener
    void listening(WebServerInitializedEvent event) {
        if ("management".equals(event.getApplicationContext().getServerNamespace())) {
            return;
        }
        LOG.info(
                "listening on {}:{}; {}",
                environment.getProperty("server.address", "every address"),
                event.getWebServer().getPort(),
                switch (access.mode()) {
                    case ON -> "everything but health and metrics needs a key or token";
                    case OFF -> "no keys are needed: only this machine reaches it, and whoever does may do everything";
                    case OPEN -> "NO KEYS ARE NEEDED: whoever reaches it may do everything but state arrival times";
                });
    }
}
