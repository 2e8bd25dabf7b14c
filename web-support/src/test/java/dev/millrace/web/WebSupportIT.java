package dev.millrace.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.web.openapi.ApiDocument;
import dev.millrace.web.openapi.Operation;
import dev.millrace.web.openapi.Operation.In;
import dev.millrace.web.security.Role;
import jakarta.servlet.http.HttpServletRequest;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** A small service with what every service has. */
class WebSupportIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static ConfigurableApplicationContext service;

    @Configuration
    @EnableAutoConfiguration
    @Import({WebSupport.class, Breaking.class, Naming.class, Own.class})
    static class Small {
        @Bean
        ApiDocument apiDocument() {
            return new ApiDocument("Small", Map.of("shelf", Map.of("type", "string")))
                    .schema("what", Map.of("type", "string"))
                    .get(
                            "/break/{what}",
                            new Operation("break", "Breaks")
                                    .role(Role.READER)
                                    .parameter(In.PATH, "what", ApiDocument.reference("what"))
                                    .parameter(In.QUERY, "how", Map.of("type", "string"))
                                    .answer(200, "Never", Map.of())
                                    .problem(400, "When it is ours")
                                    .unavailable("Always"))
                    .post(
                            "/break/{what}",
                            new Operation("break-more", "Breaks more")
                                    .role(Role.SCORER)
                                    .body(ApiDocument.reference("what"), Map.of("one", "cup")));
        }
    }

    @RestController
    static class Breaking {
        @GetMapping("/break/{what}")
        String out(@PathVariable String what) {
            throw what.equals("own") ? new IllegalArgumentException("ours") : new IllegalStateException("secret");
        }
    }

    @RestController
    static class Naming {
        @GetMapping("/name")
        String name(HttpServletRequest request) {
            RequestContext context = RequestContext.of(request);
            return context.requestId() + " " + context.traceParent() + " " + MDC.get("request_id") + " "
                    + MDC.get("trace_id").equals(context.traceId());
        }
    }

    @Order(0)
    @RestControllerAdvice
    static class Own {
        @ExceptionHandler
        ProblemDetail own(IllegalArgumentException e) {
            return Problems.problem(HttpStatus.BAD_REQUEST, "own", String.valueOf(e.getMessage()));
        }
    }

    @BeforeAll
    static void start() {
        service = new SpringApplicationBuilder(Small.class).run("--server.address=127.0.0.1", "--server.port=0");
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    private static HttpResponse<String> get(String port, String path) throws Exception {
        return HTTP.send(to(port, path).build(), BodyHandlers.ofString());
    }

    private static HttpRequest.Builder to(String port, String path) {
        return HttpRequest.newBuilder(URI.create(
                "http://127.0.0.1:" + service.getEnvironment().getProperty("local." + port + ".port") + path));
    }

    private static void assertProblem(String path, int status, String code, String detail) throws Exception {
        HttpResponse<String> answer = get("server", path);
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = JSON.readTree(answer.body());
        assertThat(problem.path("code").textValue()).isEqualTo(code);
        assertThat(problem.path("detail").textValue()).isEqualTo(detail);
    }

    @Test
    void everyErrorIsAProblemAndAServicesOwnComeFirst() throws Exception {
        assertProblem("/nowhere", 404, "not-found", "Nothing is served here; /openapi.json lists what is");
        assertProblem("/break/own", 400, "own", "ours");
        assertProblem("/break/other", 500, "internal", "The request failed; the service's log says why.");
    }

    @Test
    void whatTheServerRefusesItselfIsAProblemToo() throws Exception {
        for (String request : List.of(
                "GET /name HTTP/1.1\r\nHost: a\r\nCookie: " + "a".repeat(9_000) + "\r\n\r\n",
                "GET /na|me HTTP/1.1\r\nHost: a\r\n\r\n",
                "nonsense\r\n\r\n")) {
            try (Socket socket = new Socket(
                    "127.0.0.1", Integer.parseInt(service.getEnvironment().getProperty("local.server.port")))) {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(answer)
                        .startsWith("HTTP/1.1 400")
                        .contains("Content-Type: application/problem+json", "\"code\":\"bad-request\"", "8 KiB");
            }
        }
    }

    private static HttpResponse<String> name(String... headers) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                + service.getEnvironment().getProperty("local.server.port") + "/name"))
                        .headers(headers)
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void aRequestKeepsItsCallersIdAndTrace() throws Exception {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        HttpResponse<String> answer =
                name("X-Request-ID", "mine-1", "traceparent", "00-" + trace + "-00f067aa0ba902b7-03");
        assertThat(answer.headers().firstValue("X-Request-ID")).hasValue("mine-1");
        assertThat(answer.body())
                .matches("mine-1 00-" + trace + "-[0-9a-f]{16}-01 mine-1 true")
                .doesNotContain("00f067aa0ba902b7");
        assertThat(name("traceparent", "cc-" + trace + "-00f067aa0ba902b7-00-more")
                        .body())
                .matches("[0-9a-f-]{36} 00-" + trace + "-[0-9a-f]{16}-00 .*");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                "4711"
            })
    void anInvalidIdOrTraceIsReplaced(String trace) throws Exception {
        HttpResponse<String> answer = name("X-Request-ID", "not mine", "traceparent", trace);
        String id = answer.headers().firstValue("X-Request-ID").orElseThrow();
        assertThat(UUID.fromString(id).version()).isEqualTo(4);
        assertThat(answer.body())
                .matches(id + " 00-[0-9a-f]{32}-[0-9a-f]{16}-00 " + id + " true")
                .doesNotContainIgnoringCase("4bf92f3577b34da6a3ce929d0e0e4736");
    }

    @Test
    void anOperationWithoutARuleIsRefused() {
        ApiDocument document = new ApiDocument("Open to whom?", Map.of());
        Operation operation = new Operation("lost", "Who may?").answer(200, "All", Map.of());
        assertThatThrownBy(() -> document.get("/lost", operation))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the operation 'lost' has no rule: say who may call it, with role(...) or open()");
    }

    @Test
    void metricsAreOnTheServicesPortAndTheActuatorIsNot() throws Exception {
        HttpResponse<String> metrics = get("server", "/metrics");
        assertThat(metrics.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain;version=0.0.4");
        assertThat(metrics.body()).contains("jvm_memory_used_bytes");
        assertThat(get("server", "/actuator/info").statusCode()).isEqualTo(404);
        assertThat(get("management", "/actuator/info").statusCode()).isEqualTo(200);
        assertThat(get("management", "/actuator/threaddump").statusCode()).isEqualTo(200);
        assertThat(get("management", "/actuator/env").statusCode()).isEqualTo(404);
    }

    @Test
    void theDocumentHoldsWhatTheServiceAddsAndWhatAllServe() throws Exception {
        JsonNode document = JSON.readTree(get("server", "/openapi.json").body());
        assertThat(document.path("openapi").textValue()).isEqualTo("3.1.0");
        assertThat(document.path("info").path("title").textValue()).isEqualTo("Small");
        assertThat(document.path("paths").properties())
                .extracting(Map.Entry::getKey)
                .containsExactly("/metrics", "/openapi.json", "/docs", "/break/{what}");
        JsonNode parameters = document.at("/paths/~1break~1{what}/get/parameters");
        assertThat(parameters.findValuesAsText("in")).containsExactly("path", "query");
        assertThat(parameters.findValuesAsText("required")).containsExactly("true", "false");
        assertThat(document.at("/paths/~1break~1{what}/get/responses").properties())
                .extracting(Map.Entry::getKey)
                .containsExactly("200", "400", "401", "403", "503");
        assertThat(document.at("/paths/~1break~1{what}/post/requestBody/content/application~1json/examples/one/value")
                        .textValue())
                .isEqualTo("cup");
        JsonNode unavailable = document.at("/paths/~1break~1{what}/get/responses/503");
        assertThat(unavailable.path("headers").has("Retry-After")).isTrue();
        String reference =
                unavailable.at("/content/application~1problem+json/schema/$ref").textValue();
        assertThat(document.at(reference.substring(1)).path("properties").properties())
                .extracting(Map.Entry::getKey)
                .containsExactly("type", "title", "status", "code", "detail", "shelf");
        HttpResponse<String> page = get("server", "/docs");
        assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
        assertThat(page.body()).contains("fetch('/openapi.json')").doesNotContain("src=", "https://");
    }

    /** Whoever asks whether a page is there, such as {@code curl -I}. */
    @ParameterizedTest
    @ValueSource(strings = {"/docs", "/openapi.json", "/metrics", "/break/nothing"})
    void headIsAnsweredAsGetWithoutABody(String path) throws Exception {
        HttpResponse<String> whole = get("server", path);
        HttpResponse<String> head = HTTP.send(to("server", path).HEAD().build(), BodyHandlers.ofString());
        assertThat(head.statusCode()).isEqualTo(whole.statusCode());
        assertThat(head.headers().firstValue("Content-Type"))
                .isEqualTo(whole.headers().firstValue("Content-Type"));
        assertThat(head.body()).isEmpty();
    }
}
