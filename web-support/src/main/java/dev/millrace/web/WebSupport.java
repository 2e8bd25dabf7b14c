package dev.millrace.web;

import dev.millrace.web.openapi.ApiDocument;
import dev.millrace.web.openapi.PartialDocument;
import dev.millrace.web.security.Access;
import dev.millrace.web.security.AccessFilter;
import dev.millrace.web.security.ProcessKey;
import dev.millrace.web.security.SecuritySettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.catalina.core.StandardHost;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * What an HTTP service imports: names for requests, who may call what, problems, {@code /metrics}, {@code /openapi.json} and
 * {@code /docs}; and bounds for callers that are slow. The filters stand before every servlet, Spring's and others.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(SecuritySettings.class)
@Import({Problems.class, MetricsController.class})
public class WebSupport {

    @Bean
    RouterFunction<ServerResponse> documentation(
            ApiDocument document, ObjectProvider<PartialDocument> part, Access access) {
        return document.routes(access, part.stream().findFirst());
    }

    @Bean
    Access access(SecuritySettings settings) {
        return new Access(settings, Clock.systemUTC());
    }

    @Bean
    Greeting greeting(Environment environment, Access access) {
        return new Greeting(environment, access);
    }

    @Bean
    RequestContexts requestContexts() {
        return new RequestContexts(() -> ThreadLocalRandom.current().nextLong());
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> serverProblems() {
        return server -> server.addContextCustomizers(context -> {
            if (context.getParent() instanceof StandardHost host) {
                host.setErrorReportValveClass(ProblemValve.class.getName());
            }
        });
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> bodyDeadline(
            @Value("${" + ServiceDefaults.BODY_DEADLINE + "}") Duration deadline,
            @Value("${" + ServiceDefaults.BODIES_AWAITED + "}") int awaited,
            MeterRegistry meters) {
        return server -> {
            server.addContextValves(new BodyDeadline(deadline, awaited, meters));
            server.addConnectorCustomizers(connector -> BodyDeadline.boundPauses(connector, deadline));
        };
    }

    /** Not named as Spring's own filter of that name. */
    @Bean
    FilterRegistrationBean<RequestContextFilter> requestContextsFilter(RequestContexts contexts) {
        FilterRegistrationBean<RequestContextFilter> filter =
                new FilterRegistrationBean<>(new RequestContextFilter(contexts));
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return filter;
    }

    @Bean
    FilterRegistrationBean<AccessFilter> accessFilter(
            Access access, ApiDocument document, ObjectProvider<ProcessKey> own, MeterRegistry meters) {
        FilterRegistrationBean<AccessFilter> filter = new FilterRegistrationBean<>(
                new AccessFilter(access, document.rules(), own.stream().findFirst(), meters));
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
        return filter;
    }
}
