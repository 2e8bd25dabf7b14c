package dev.millrace.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** A service with security on, over real HTTP, and an identity provider that publishes its keys over HTTP. */
abstract class WithSecuredService {
    static final ObjectMapper JSON = new ObjectMapper();
    static final HttpClient HTTP = HttpClient.newHttpClient();
    static final List<String> ROLES = List.of("reader", "scorer", "operator", "admin");
    static final String STRANGER = "the key of another use case's reader";

    @TempDir
    static Path folder;

    static HttpServer issuer;
    static RSAKey key;
    static ConfigurableApplicationContext service;

    @BeforeAll
    static void start() throws Exception {
        key = new RSAKeyGenerator(2048).keyID("one").generate();
        byte[] published = new JWKSet(key.toPublicJWK()).toString().getBytes(StandardCharsets.UTF_8);
        issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer.createContext("/jwks", exchange -> {
            exchange.sendResponseHeaders(200, published.length);
            exchange.getResponseBody().write(published);
            exchange.close();
        });
        issuer.start();
        writeKeys(keyLines());
        service = run("MILLRACE_API_KEYS_RELOAD=50ms");
    }

    /** @param others take the place of what the tests' service has */
    static ConfigurableApplicationContext run(String... others) {
        Map<String, String> arguments = new HashMap<>(Map.of(
                "server.address", "127.0.0.1",
                "server.port", "0",
                "millrace.use-case", "parcels",
                "MILLRACE_SECURITY", "on",
                "MILLRACE_API_KEYS", folder.resolve("keys").toString(),
                "MILLRACE_JWT_ISSUER", "https://issuer.example.org",
                "MILLRACE_JWT_AUDIENCE", "millrace",
                "MILLRACE_JWT_KEYS", "http://127.0.0.1:" + issuer.getAddress().getPort() + "/jwks",
                "MILLRACE_JWT_KEPT_KEYS", folder.resolve("jwks.json").toString()));
        for (String other : others) {
            String[] parts = other.split("=", 2);
            arguments.put(parts[0], parts[1]);
        }
        return new SpringApplicationBuilder(SecuredService.class)
                .run(arguments.entrySet().stream()
                        .map(each -> "--" + each.getKey() + "=" + each.getValue())
                        .toArray(String[]::new));
    }

    @AfterAll
    static void stop() {
        service.close();
        issuer.stop(0);
    }

    static List<String> keyLines() throws Exception {
        List<String> lines = new ArrayList<>();
        for (String role : ROLES) {
            lines.add(role + " sha256:" + digest("the key of the " + role) + " " + role + " parcels never");
        }
        lines.add("both sha256:" + digest("the key of both") + " reader letters,parcels never");
        lines.add("all sha256:" + digest("the key of all") + " reader * never");
        lines.add("stranger sha256:" + digest(STRANGER) + " admin letters never");
        return lines;
    }

    static void writeKeys(List<String> lines) throws Exception {
        Files.write(folder.resolve("keys"), lines);
    }

    static String digest(String text) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    static String token(Instant expires) throws Exception {
        return token(key, expires);
    }

    static String token(RSAKey signer, Instant expires) throws Exception {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .keyID(signer.getKeyID())
                        .build(),
                new JWTClaimsSet.Builder()
                        .issuer("https://issuer.example.org")
                        .audience("millrace")
                        .subject("ann@example.org")
                        .expirationTime(Date.from(expires))
                        .claim("roles", List.of("scorer"))
                        .claim("use_cases", List.of("parcels"))
                        .build());
        token.sign(new RSASSASigner(signer));
        return token.serialize();
    }

    static HttpResponse<String> send(String method, String path, String... headers) throws Exception {
        return send(service, method, path, headers);
    }

    static HttpResponse<String> send(ConfigurableApplicationContext to, String method, String path, String... headers)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + to.getEnvironment().getProperty("local.server.port") + path))
                .method(method, BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    static void assertRefused(HttpResponse<String> answer, int status, String code) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = JSON.readTree(answer.body());
        assertThat(problem.path("code").textValue()).isEqualTo(code);
        assertThat(problem.path("status").intValue()).isEqualTo(status);
        assertThat(answer.headers().firstValue("WWW-Authenticate").isPresent())
                .isEqualTo(status == 401 || status == 403);
        assertThat(answer.headers().firstValue("X-Request-ID")).isPresent();
    }
}
