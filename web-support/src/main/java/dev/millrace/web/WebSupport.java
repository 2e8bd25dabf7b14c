package dev.millrace.web;

import dev.millrace.web.openapi.ApiDocument;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerResponse;

/** What an HTTP service imports: problems, {@code /metrics}, {@code /openapi.json} and {@code /docs}. */
@Configuration(proxyBeanMethods = false)
@Import({Problems.class, MetricsController.class})
public class WebSupport {

    @Bean
    RouterFunction<ServerResponse> documentation(ApiDocument document) {
        return document.routes();
    }
}
