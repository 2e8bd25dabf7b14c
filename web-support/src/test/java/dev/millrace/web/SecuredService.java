package dev.millrace.web;

import dev.millrace.web.openapi.ApiDocument;
import dev.millrace.web.openapi.Operation;
import dev.millrace.web.openapi.Operation.In;
import dev.millrace.web.security.Caller;
import dev.millrace.web.security.ProcessKey;
import dev.millrace.web.security.Role;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** A small service with an operation for every rule, one of them beside Spring's own servlet. */
@Configuration
@EnableAutoConfiguration
@Import({WebSupport.class, SecuredService.Served.class})
class SecuredService {
    /** In a real service made anew at each start. */
    static final String OWN = "0123456789abcdef0123456789abcdef";

    @Bean
    ApiDocument apiDocument() {
        Map<String, Object> text = Map.of("type", "string");
        return new ApiDocument("Secured", Map.of())
                .get(
                        "/health",
                        Operation.page("health", "Well?", "application/json").open())
                .get(
                        "/read/{name}",
                        new Operation("read", "Reads")
                                .role(Role.READER)
                                .parameter(In.PATH, "name", text)
                                .answer(200, "Who", text))
                .get(
                        "/shelves/{shelf}",
                        new Operation("shelf", "Of one use case")
                                .about("shelf", Map.of("boxes", "parcels", "stamps", "letters"))
                                .role(Role.READER)
                                .parameter(In.PATH, "shelf", text)
                                .answer(200, "Who", text))
                .get(
                        "/box",
                        new Operation("box", "Of one use case")
                                .about("parcels")
                                .role(Role.READER)
                                .answer(200, "Who", text))
                .post(
                        "/score",
                        new Operation("score", "Scores").role(Role.SCORER).answer(200, "Who", text))
                .post(
                        "/operate",
                        new Operation("operate", "Operates").role(Role.OPERATOR).answer(200, "Who", text))
                .post("/rule", new Operation("rule", "Rules").role(Role.ADMIN).answer(200, "Who", text));
    }

    @Bean
    ProcessKey processKey() {
        return new ProcessKey("X-Own", OWN);
    }

    /** As services answer that cannot wait for Spring. */
    @Bean
    ServletRegistrationBean<HttpServlet> scores() {
        return new ServletRegistrationBean<>(
                new HttpServlet() {
                    private static final long serialVersionUID = 1L;

                    @Override
                    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
                        response.getWriter().print(Caller.of(request).id());
                    }
                },
                "/score");
    }

    @RestController
    static class Served {
        @GetMapping("/health")
        String health() {
            return "{}";
        }

        @GetMapping("/read/{name}")
        String read(@PathVariable String name, HttpServletRequest request) {
            return Caller.of(request).id() + " reads " + name;
        }

        @GetMapping({"/shelves/{shelf}", "/box"})
        String ofOneUseCase(HttpServletRequest request) {
            return Caller.of(request).id();
        }

        @PostMapping({"/operate", "/rule"})
        String change(HttpServletRequest request) {
            return Caller.of(request).id();
        }

        /** Nobody documented it, and so nobody gets it. */
        @GetMapping("/forgotten")
        String forgotten() {
            return "secret";
        }
    }
}
