package dev.millrace.web.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Resource;
import com.nimbusds.jose.util.ResourceRetriever;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.net.URL;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.function.Consumer;

/** An identity provider: publishes keys, while it is up, and signs tokens. */
final class TestIssuer implements ResourceRetriever {
    static final String ISSUER = "https://issuer.example.org";
    static final String AUDIENCE = "millrace";

    private RSAKey key;
    private volatile String published;
    private volatile boolean up = true;
    private volatile int asked;

    TestIssuer() throws JOSEException {
        key = key("first");
        published = new JWKSet(key).toString(false);
    }

    static RSAKey key(String id) throws JOSEException {
        return new RSAKeyGenerator(2048).keyID(id).generate();
    }

    RSAKey key() {
        return key;
    }

    void rotate(String id) throws JOSEException {
        key = key(id);
        published = new JWKSet(key).toString(false);
    }

    void publish(String json) {
        published = json;
    }

    String published() {
        return published;
    }

    void goDown() {
        up = false;
    }

    void comeUp() {
        up = true;
    }

    /** How often it was asked for its keys. */
    int asked() {
        return asked;
    }

    @Override
    public synchronized Resource retrieveResource(URL url) throws IOException {
        asked++;
        if (!up) {
            throw new IOException("nobody answers");
        }
        return new Resource(published, "application/json");
    }

    static JWTClaimsSet.Builder claims(Instant now) {
        return new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .audience(AUDIENCE)
                .subject("ann")
                .expirationTime(Date.from(now.plusSeconds(300)))
                .claim("roles", List.of("scorer"))
                .claim("use_cases", List.of("parcels"));
    }

    String token(JWTClaimsSet claims) throws JOSEException {
        return token(claims, header -> {});
    }

    String token(JWTClaimsSet claims, Consumer<JWSHeader.Builder> further) throws JOSEException {
        return token(key, claims, further);
    }

    static String token(RSAKey key, JWTClaimsSet claims) throws JOSEException {
        return token(key, claims, header -> {});
    }

    static String token(RSAKey key, JWTClaimsSet claims, Consumer<JWSHeader.Builder> further) throws JOSEException {
        JWSHeader.Builder header =
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).type(JOSEObjectType.JWT);
        further.accept(header);
        SignedJWT token = new SignedJWT(header.build(), claims);
        token.sign(new RSASSASigner(key));
        return token.serialize();
    }
}
