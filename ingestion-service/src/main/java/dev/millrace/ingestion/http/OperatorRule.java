package dev.millrace.ingestion.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/**
 * Only operators may state when an event arrived. Without keys, everybody on a service that only this machine reaches is
 * one, and nobody on any other.
 */
@Component
class OperatorRule {
    private static final Logger LOG = LoggerFactory.getLogger(OperatorRule.class);

    private final boolean local;

    OperatorRule(@Value("${server.address}") String address) throws UnknownHostException {
        local = InetAddress.getByName(address).isLoopbackAddress();
        if (local) {
            LOG.info("Listening on {} only: no keys are needed, and every caller is an operator", address);
        } else {
            LOG.warn("Listening on {} without keys: arrival times cannot be stated", address);
        }
    }

    /** @throws Problem when the caller is no operator */
    void check() {
        if (!local) {
            throw new Problem(
                    HttpStatus.FORBIDDEN,
                    "operator-only",
                    "Only an operator may state arrival times; leave out the header " + EventController.ARRIVAL_LAG,
                    EventController.ARRIVAL_LAG);
        }
    }
}
