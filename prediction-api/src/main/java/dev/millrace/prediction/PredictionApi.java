package dev.millrace.prediction;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.millrace.feature.online.OnlineKeys;
import dev.millrace.prediction.accuracy.AccuracySettings;
import dev.millrace.prediction.accuracy.ModelAccuracy;
import dev.millrace.prediction.decision.DecisionLog;
import dev.millrace.prediction.drift.DriftEndpoint;
import dev.millrace.prediction.drift.DriftMonitors;
import dev.millrace.prediction.features.OnlineFeatures;
import dev.millrace.prediction.features.OnlineStore;
import dev.millrace.prediction.features.StreamViews;
import dev.millrace.prediction.health.HealthController;
import dev.millrace.prediction.history.DatabaseProbe;
import dev.millrace.prediction.history.EventLookup;
import dev.millrace.prediction.label.LabelEndpoint;
import dev.millrace.prediction.label.LabelLog;
import dev.millrace.prediction.model.FollowedModel;
import dev.millrace.prediction.model.FollowedModels;
import dev.millrace.prediction.model.KeptViews;
import dev.millrace.prediction.model.ModelCache;
import dev.millrace.prediction.model.ModelFollower;
import dev.millrace.prediction.model.ModelMetrics;
import dev.millrace.prediction.model.ModelRegistry;
import dev.millrace.prediction.openapi.PredictionDocument;
import dev.millrace.prediction.scoring.BatchServlet;
import dev.millrace.prediction.scoring.Endpoints;
import dev.millrace.prediction.scoring.FeaturesEndpoint;
import dev.millrace.prediction.scoring.InferServlet;
import dev.millrace.prediction.scoring.InferenceProtocol;
import dev.millrace.prediction.scoring.Marker;
import dev.millrace.prediction.scoring.Readiness;
import dev.millrace.prediction.scoring.ScoringMetrics;
import dev.millrace.prediction.scoring.ScoringServlet;
import dev.millrace.prediction.scoring.WarmUp;
import dev.millrace.prediction.scoring.WarmUpBody;
import dev.millrace.prediction.scoring.WarmUpOverHttp;
import dev.millrace.prediction.usecase.ServedUseCases;
import dev.millrace.prediction.web.Admission;
import dev.millrace.prediction.web.Drain;
import dev.millrace.prediction.web.DrainFilter;
import dev.millrace.prediction.web.FrameworkFilters;
import dev.millrace.prediction.web.JsonServlet;
import dev.millrace.prediction.web.LargeBodies;
import dev.millrace.prediction.web.RequestThreads;
import dev.millrace.schema.event.PersonalData;
import dev.millrace.web.WebSupport;
import dev.millrace.web.openapi.ApiDocument;
import dev.millrace.web.openapi.PartialDocument;
import dev.millrace.web.security.ProcessKey;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Collection;
import java.util.function.ToIntFunction;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.tomcat.autoconfigure.TomcatServerProperties;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.DependsOn;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * Serves the models of one or several use cases: reads the use cases' folders, loads each model's champion (from the registry,
 * or from disk while that is away), follows the champion from then on, and scores what is posted to the use cases' own paths,
 * on features as they are at that moment.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableConfigurationProperties({PredictionSettings.class, AccuracySettings.class})
@Import({SpringParts.class, WebSupport.class, FrameworkFilters.class, HealthController.class, GrpcSupport.class})
public class PredictionApi {
    /** Of the 200 threads that the server has: while the database is away, the others are for those who need none. */
    private static final int DATABASE_REQUESTS = 50;

    /** They all wait for the same look at the registry. */
    private static final int REGISTRY_REQUESTS = 10;

    public static void main(String[] arguments) {
        SpringApplication.run(PredictionApi.class, arguments);
    }

    @Bean
    ServedUseCases useCases(PredictionSettings settings) {
        return ServedUseCases.load(settings.useCases(), settings.served());
    }

    @Bean
    PersonalData personalData(ServedUseCases useCases, PredictionSettings settings) {
        return useCases.personalData(settings.maskingKey());
    }

    @Bean
    FollowedModels followedModels(
            ServedUseCases useCases, OnlineStore store, PredictionSettings settings, PrometheusMeterRegistry meters) {
        ModelRegistry registry = new ModelRegistry(settings.mlflow(), settings.modelTimeout());
        ModelCache cache = new ModelCache(settings.modelCache());
        ModelMetrics metrics = new ModelMetrics(meters);
        KeptViews views = new StreamViews(store);
        return new FollowedModels(
                useCases.models().stream()
                        .map(local -> new FollowedModel(
                                local.name(),
                                alias -> new ModelFollower(alias, local, views, registry, cache, metrics)))
                        .toList(),
                settings.modelPoll());
    }

    /** Any use case's key tells whether the store answers. */
    @Bean
    OnlineStore onlineStore(PredictionSettings settings, PrometheusMeterRegistry meters) {
        return new OnlineStore(
                settings.redis().toString(),
                settings.featuresDeadline(),
                OnlineKeys.progress(settings.served().getFirst()),
                meters);
    }

    /** One for all: what it has read of large records serves predictions and questions alike. */
    @Bean
    OnlineFeatures onlineFeatures(OnlineStore store) {
        return new OnlineFeatures(store);
    }

    @Bean
    DecisionLog decisionLog(PredictionSettings settings, PrometheusMeterRegistry meters) {
        return new DecisionLog(settings.kafka(), meters);
    }

    @Bean
    DriftMonitors driftMonitors(FollowedModels models, PrometheusMeterRegistry meters) {
        DriftMonitors monitors = new DriftMonitors(models, Clock.systemUTC());
        meters.getPrometheusRegistry().register(monitors);
        return monitors;
    }

    @Bean
    RouterFunction<ServerResponse> driftRoutes(DriftMonitors monitors, FollowedModels models, ServedUseCases useCases) {
        return new DriftEndpoint(monitors, models, useCases).routes();
    }

    @Bean
    Endpoints endpoints(
            ServedUseCases useCases,
            PersonalData personal,
            FollowedModels models,
            OnlineFeatures features,
            PredictionSettings settings,
            PrometheusMeterRegistry meters,
            DecisionLog decisions,
            DriftMonitors drift) {
        return new Endpoints(
                useCases,
                personal,
                models,
                features,
                settings.fresh(),
                Clock.systemUTC(),
                new ScoringMetrics(meters),
                decisions,
                drift,
                new ScoringMetrics(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)));
    }

    @Bean
    RequestThreads requestThreads(
            PredictionSettings settings, TomcatServerProperties tomcat, PrometheusMeterRegistry meters) {
        TomcatServerProperties.Threads threads = tomcat.getThreads();
        return new RequestThreads(
                "http", settings.concurrentRequests(), threads.getMax(), threads.getMinSpare(), meters);
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> serverThreads(RequestThreads threads) {
        return server -> server.addConnectorCustomizers(
                connector -> connector.getProtocolHandler().setExecutor(threads));
    }

    @Bean
    @Primary
    Admission admission(PredictionSettings settings, RequestThreads threads, PrometheusMeterRegistry meters) {
        return new Admission("scoring", settings.concurrentRequests(), threads::waiting, meters);
    }

    /** Of requests that may wait for the database. */
    @Bean
    Admission databaseAdmission(PrometheusMeterRegistry meters) {
        return new Admission("database", DATABASE_REQUESTS, () -> 0, meters);
    }

    /** Of requests that wait for the registry. */
    @Bean
    Admission registryAdmission(MeterRegistry meters) {
        return new Admission("registry", REGISTRY_REQUESTS, () -> 0, meters);
    }

    @Bean
    LargeBodies largeBodies(MeterRegistry meters) {
        return new LargeBodies(meters);
    }

    @Bean
    Drain drain(PredictionSettings settings) {
        return new Drain(settings.drain());
    }

    @Bean
    FilterRegistrationBean<DrainFilter> drainFilter(Drain drain) {
        FilterRegistrationBean<DrainFilter> filter = new FilterRegistrationBean<>(new DrainFilter(drain));
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return filter;
    }

    @Bean
    @DependsOn("earlyStart")
    ServletRegistrationBean<ScoringServlet> scoring(
            Endpoints endpoints, Admission admission, LargeBodies large, Marker warmUp) {
        ScoringServlet servlet = new ScoringServlet(endpoints, admission, large, warmUp);
        return registered(servlet, servlet.paths());
    }

    @Bean
    ServletRegistrationBean<BatchServlet> batches(Endpoints endpoints, Admission admission, LargeBodies large) {
        BatchServlet servlet = new BatchServlet(endpoints, admission, large);
        return registered(servlet, servlet.paths());
    }

    @Bean
    ServletRegistrationBean<InferServlet> inference(Endpoints endpoints, Admission admission, LargeBodies large) {
        InferServlet servlet = new InferServlet(endpoints, admission, large);
        return registered(servlet, servlet.paths());
    }

    private static <S extends JsonServlet> ServletRegistrationBean<S> registered(S servlet, Collection<String> paths) {
        ServletRegistrationBean<S> registration = new ServletRegistrationBean<>(servlet);
        registration.setUrlMappings(paths);
        // Without a path of its own it would be taken to serve every one.
        registration.setEnabled(!paths.isEmpty());
        registration.setLoadOnStartup(1);
        return registration;
    }

    @Bean
    RouterFunction<ServerResponse> inferenceProtocol(Endpoints endpoints, FollowedModels models, Readiness readiness) {
        return new InferenceProtocol(endpoints, models, readiness).routes();
    }

    @Bean
    Readiness readiness(FollowedModels models, WarmUpOverHttp warmUp, Drain drain) {
        return new Readiness(models, warmUp, drain);
    }

    @Bean
    Marker warmUpMarker() {
        return new Marker(new SecureRandom());
    }

    /** So that warming up over HTTP passes the access filter. */
    @Bean
    ProcessKey processKey(Marker marker) {
        return new ProcessKey(marker.header().getKey(), marker.header().getValue());
    }

    @Bean
    WarmUpBody warmUpBody(ServedUseCases useCases) {
        return new WarmUpBody(useCases.examples());
    }

    @Bean
    WarmUp warmUp(Endpoints endpoints, WarmUpBody bodies) {
        return new WarmUp(endpoints, bodies);
    }

    /** What waits for others and for the disk, while Spring sets up what is left. Whoever needs one of these waits for it. */
    @Bean
    Thread earlyStart(OnlineStore store, FollowedModels models) {
        return Thread.ofPlatform().name("early-start").daemon().start(() -> {
            store.connect();
            models.startFromCache();
        });
    }

    @Bean
    WarmUpOverHttp warmUpOverHttp(
            Endpoints endpoints, Marker marker, WarmUpBody bodies, @Value("${server.ssl.bundle:}") String tls) {
        return new WarmUpOverHttp(endpoints, marker, bodies, !tls.isEmpty());
    }

    @Bean
    RouterFunction<ServerResponse> scoringRoutes(
            Endpoints endpoints, @Qualifier("registryAdmission") Admission registry) {
        return endpoints.routes(registry);
    }

    @Bean
    DatabaseProbe databaseProbe(HikariDataSource database) {
        return new DatabaseProbe(database);
    }

    @Bean
    HikariDataSource database(PredictionSettings settings, PrometheusMeterRegistry meters) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("history");
        config.setJdbcUrl(settings.postgres().url());
        config.setUsername(settings.postgres().user());
        config.setPassword(settings.postgres().password());
        config.setMaximumPoolSize(settings.postgres().connections());
        config.setMinimumIdle(0);
        config.setConnectionTimeout(settings.postgres().patience().toMillis());
        // A plan for any entity reads the whole table: each question gets its own.
        config.addDataSourceProperty("prepareThreshold", 0);
        // Seconds, longer than any question: one that is never answered must not keep its connection for ever.
        config.addDataSourceProperty("socketTimeout", 60);
        // No prediction needs it: the service starts without.
        config.setInitializationFailTimeout(-1);
        // Says how often none was free, and how long they are waited for.
        config.setMetricRegistry(meters);
        HikariDataSource database = new HikariDataSource(config);
        connections(database, "active", HikariPoolMXBean::getActiveConnections, meters);
        connections(database, "idle", HikariPoolMXBean::getIdleConnections, meters);
        return database;
    }

    private static void connections(
            HikariDataSource database, String state, ToIntFunction<HikariPoolMXBean> count, MeterRegistry meters) {
        Gauge.builder("db_pool_connections", database, pool -> {
                    HikariPoolMXBean open = pool.getHikariPoolMXBean();
                    return open == null ? Double.NaN : count.applyAsInt(open);
                })
                .tag("state", state)
                .register(meters);
    }

    @Bean
    RouterFunction<ServerResponse> featureRoutes(
            ServedUseCases useCases,
            PersonalData personal,
            FollowedModels models,
            OnlineFeatures features,
            HikariDataSource database,
            PredictionSettings settings,
            @Qualifier("databaseAdmission") Admission admission) {
        return new FeaturesEndpoint(useCases, personal, features, database, models, settings.fresh(), Clock.systemUTC())
                .routes()
                .filter(admission::around);
    }

    @Bean
    LabelLog labelLog(PredictionSettings settings) {
        return new LabelLog(settings.kafka());
    }

    @Bean
    RouterFunction<ServerResponse> labelRoutes(
            ServedUseCases useCases,
            PersonalData personal,
            HikariDataSource database,
            LabelLog log,
            @Qualifier("databaseAdmission") Admission admission) {
        return new LabelEndpoint(useCases, personal, new EventLookup(database), log, Clock.systemUTC())
                .routes()
                .filter(admission::around);
    }

    @Bean
    ModelAccuracy modelAccuracy(
            ServedUseCases useCases,
            HikariDataSource database,
            AccuracySettings settings,
            PrometheusMeterRegistry meters) {
        return new ModelAccuracy(useCases.definitions(), database, settings, Clock.systemUTC(), meters);
    }

    @Bean
    ApiDocument apiDocument(ServedUseCases useCases) {
        return PredictionDocument.of(useCases);
    }

    @Bean
    PartialDocument partialDocument(ServedUseCases useCases) {
        return seen -> PredictionDocument.of(useCases.only(seen));
    }
}
