package dev.millrace.prediction.web;

import io.micrometer.observation.ObservationRegistry;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.filter.RequestContextFilter;
import org.springframework.web.filter.ServerHttpObservationFilter;

/** The framework's filters stay in front of its own servlet: in front of ours they would cost more than a model. */
@Configuration(proxyBeanMethods = false)
public class FrameworkFilters {

    private static final String FRAMEWORK = "dispatcherServlet";

    @Bean
    FilterRegistrationBean<ServerHttpObservationFilter> observation(ObservationRegistry observations) {
        FilterRegistrationBean<ServerHttpObservationFilter> registration =
                new FilterRegistrationBean<>(new ServerHttpObservationFilter(observations));
        registration.addServletNames(FRAMEWORK);
        return registration;
    }

    @Bean
    FilterRegistrationBean<RequestContextFilter> requestContext() {
        FilterRegistrationBean<RequestContextFilter> registration =
                new FilterRegistrationBean<>(new RequestContextFilter());
        registration.addServletNames(FRAMEWORK);
        return registration;
    }
}
