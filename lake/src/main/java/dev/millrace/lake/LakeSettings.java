package dev.millrace.lake;

import java.io.Serializable;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.BucketAlreadyExistsException;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;

/**
 * Where the lake lies: its catalog in PostgreSQL, its files in S3.
 *
 * @param bucket the tables' folder is {@code s3://BUCKET/lake}
 * @param endpoint of an S3 that is not Amazon's; empty for Amazon's own
 * @param accessKey and {@code secretKey}: empty when the environment provides them another way, such as a role
 */
public record LakeSettings(
        String postgresUrl,
        String postgresUser,
        String postgresPassword,
        String bucket,
        String endpoint,
        String accessKey,
        String secretKey,
        String region)
        implements Serializable {
    /** The catalog's name in SQL. */
    public static final String CATALOG = "lake";

    /**
     * Empty when {@code S3_BUCKET_PROCESSED} is not set: then there is no lake.
     *
     * @throws IllegalArgumentException says all that is wrong at once
     */
    public static Optional<LakeSettings> from(Map<String, String> environment) {
        String bucket = environment.getOrDefault("S3_BUCKET_PROCESSED", "");
        if (bucket.isBlank()) {
            return Optional.empty();
        }
        List<String> problems = new ArrayList<>();
        if (environment.getOrDefault("POSTGRES_PASSWORD", "").isBlank()) {
            problems.add("set POSTGRES_PASSWORD to the password of POSTGRES_USER");
        }
        String endpoint = environment.getOrDefault("S3_ENDPOINT", "");
        if (!endpoint.isEmpty() && !endpoint.matches("https?://.+")) {
            problems.add("S3_ENDPOINT is a URL such as http://127.0.0.1:9000; found '" + endpoint + "'");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(
                    "The configuration of the lake is wrong:\n  " + String.join("\n  ", problems));
        }
        return Optional.of(new LakeSettings(
                environment.getOrDefault("POSTGRES_URL", "jdbc:postgresql://127.0.0.1:5432/millrace"),
                environment.getOrDefault("POSTGRES_USER", "millrace"),
                environment.getOrDefault("POSTGRES_PASSWORD", ""),
                bucket,
                endpoint,
                environment.getOrDefault("AWS_ACCESS_KEY_ID", ""),
                environment.getOrDefault("AWS_SECRET_ACCESS_KEY", ""),
                environment.getOrDefault("AWS_REGION", "us-east-1")));
    }

    /** Makes the session know the lake as the catalog {@value #CATALOG}. Connects to nothing. */
    public SparkSession.Builder known(SparkSession.Builder session) {
        set(session, "", "org.apache.iceberg.spark.SparkCatalog");
        set(session, ".type", "jdbc");
        set(session, ".uri", postgresUrl);
        set(session, ".jdbc.user", postgresUser);
        set(session, ".jdbc.password", postgresPassword);
        set(session, ".jdbc.schema-version", "V1");
        // A long-lived session sees what others commit.
        set(session, ".cache-enabled", "false");
        set(session, ".warehouse", "s3://" + bucket + "/lake");
        set(session, ".io-impl", "org.apache.iceberg.aws.s3.S3FileIO");
        // The general factory wants the clients of all of Amazon's services.
        set(session, ".s3.client-factory-impl", "org.apache.iceberg.aws.s3.DefaultS3FileIOAwsClientFactory");
        set(session, ".client.region", region);
        if (!endpoint.isEmpty()) {
            set(session, ".s3.endpoint", endpoint);
            set(session, ".s3.path-style-access", "true");
        }
        if (!accessKey.isEmpty()) {
            set(session, ".s3.access-key-id", accessKey);
            set(session, ".s3.secret-access-key", secretKey);
        }
        return session;
    }

    private static void set(SparkSession.Builder session, String key, String value) {
        session.config("spark.sql.catalog." + CATALOG + key, value);
    }

    /** Makes the bucket unless it is there. */
    public void makeBucket() {
        S3ClientBuilder builder =
                S3Client.builder().region(Region.of(region)).httpClientBuilder(Apache5HttpClient.builder());
        if (!endpoint.isEmpty()) {
            builder.endpointOverride(URI.create(endpoint)).forcePathStyle(true);
        }
        if (!accessKey.isEmpty()) {
            builder.credentialsProvider(
                    StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey)));
        }
        try (S3Client s3 = builder.build()) {
            s3.createBucket(request -> request.bucket(bucket));
        } catch (BucketAlreadyOwnedByYouException | BucketAlreadyExistsException e) {
            // As it should be.
        }
    }

    @Override
    public String toString() {
        return "LakeSettings[postgresUrl=" + postgresUrl + ", postgresUser=" + postgresUser + ", bucket=" + bucket
                + ", endpoint=" + endpoint + ", region=" + region + ", secrets=***]";
    }
}
