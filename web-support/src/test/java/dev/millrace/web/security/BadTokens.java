package dev.millrace.web.security;

import static dev.millrace.web.security.TestIssuer.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Tokens as attacks and mistakes make them: none may be taken. */
public final class BadTokens {
    private BadTokens() {}

    /**
     * @param key of the issuer
     * @param late how much they are out of their time, more than clocks may differ
     */
    public static Map<String, String> of(RSAKey key, Instant now, Duration late) throws JOSEException, ParseException {
        Supplier<JWTClaimsSet.Builder> claims = () -> TestIssuer.claims(now);
        RSAKey stranger = TestIssuer.key(key.getKeyID());
        String good = token(key, claims.get().build());
        String[] parts = good.split("\\.");
        Map<String, String> bad = new LinkedHashMap<>();
        bad.put("empty", "");
        bad.put("no token", "x.y.z");
        bad.put("without a signature", parts[0] + "." + parts[1] + ".");
        bad.put("alg none", new PlainJWT(claims.get().build()).serialize());
        SignedJWT mac = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(key.getKeyID()).build(),
                claims.get().build());
        mac.sign(new MACSigner(key.toRSAPublicKey().getEncoded()));
        bad.put("HS256 with the public key", mac.serialize());
        SignedJWT pem = new SignedJWT(mac.getHeader(), claims.get().build());
        pem.sign(new MACSigner(("-----BEGIN PUBLIC KEY-----\n"
                        + Base64.encode(key.toRSAPublicKey().getEncoded()) + "\n-----END PUBLIC KEY-----\n")
                .getBytes(StandardCharsets.UTF_8)));
        bad.put("HS256 with the public key as PEM", pem.serialize());
        bad.put(
                "expired",
                token(
                        key,
                        claims.get().expirationTime(Date.from(now.minus(late))).build()));
        bad.put(
                "not yet valid",
                token(key, claims.get().notBeforeTime(Date.from(now.plus(late))).build()));
        bad.put(
                "wrong issuer",
                token(key, claims.get().issuer("https://other.example.org").build()));
        bad.put("no issuer", token(key, claims.get().issuer(null).build()));
        bad.put("wrong audience", token(key, claims.get().audience("other").build()));
        bad.put("no audience", token(key, claims.get().audience((String) null).build()));
        bad.put("no exp", token(key, claims.get().expirationTime(null).build()));
        bad.put("no subject", token(key, claims.get().subject(null).build()));
        bad.put("blank subject", token(key, claims.get().subject(" ").build()));
        for (String claim : List.of("sub", "exp")) {
            JWSObject nothing = new JWSObject(
                    SignedJWT.parse(good).getHeader(),
                    new Payload(claims.get().claim(claim, null).build().toJSONObject(true)));
            nothing.sign(new RSASSASigner(key));
            bad.put(claim + " null", nothing.serialize());
        }
        bad.put("unknown kid", token(key, claims.get().build(), header -> header.keyID("nobody's")));
        bad.put("another's key under a known kid", token(stranger, claims.get().build()));
        bad.put(
                "jwk in the header",
                token(stranger, claims.get().build(), header -> header.jwk(stranger.toPublicJWK())));
        bad.put(
                "jwk in the header of a good one",
                token(key, claims.get().build(), header -> header.jwk(key.toPublicJWK())));
        bad.put(
                "jku",
                token(
                        stranger,
                        claims.get().build(),
                        header -> header.jwkURL(URI.create("https://evil.example.org/jwks"))));
        bad.put(
                "x5u",
                token(
                        key,
                        claims.get().build(),
                        header -> header.x509CertURL(URI.create("https://evil.example.org/c"))));
        bad.put(
                "x5c",
                token(
                        key,
                        claims.get().build(),
                        header -> header.x509CertChain(List.of(Base64.encode("certificate")))));
        bad.put(
                "another type",
                token(key, claims.get().build(), header -> header.type(new JOSEObjectType("logout+jwt"))));
        bad.put(
                "an unknown critical header",
                token(
                        key,
                        claims.get().build(),
                        header -> header.criticalParams(Set.of("x")).customParam("x", 1)));
        SignedJWT other = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS512).keyID(key.getKeyID()).build(),
                claims.get().build());
        other.sign(new RSASSASigner(key));
        bad.put("an algorithm that is not allowed", other.serialize());
        String payload = claims.get().claim("roles", List.of("admin")).build().toString();
        bad.put("tampered payload", parts[0] + "." + Base64URL.encode(payload) + "." + parts[2]);
        String abyss = Base64URL.encode("{\"a\":".repeat(1_500)).toString();
        bad.put("a header without an end", abyss + "." + parts[1] + "." + parts[2]);
        bad.put("tampered signature", parts[0] + "." + parts[1] + "." + Base64URL.encode(new byte[256]));
        return bad;
    }
}
