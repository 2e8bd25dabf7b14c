package dev.millrace.bench.features;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.bench.RecordWriter;
import dev.millrace.feature.FeatureEngine;
import dev.millrace.feature.SourceRecord;
import dev.millrace.feature.View;
import dev.millrace.feature.state.ViewState;
import dev.millrace.schema.avro.Label;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.MappingDefinition;
import dev.millrace.schema.definition.Source;
import dev.millrace.schema.event.EventJson;
import dev.millrace.schema.event.LabelFactory;
import dev.millrace.schema.generator.SourceEvent;
import dev.millrace.schema.mapping.FileMapping;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.apache.avro.generic.GenericRecord;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** What the entities of a real file take in Redis, as the stream writes them. */
record StoredSize(FeatureEngine engine, String redis) {
    private static final int MEASURED = 2_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Bytes of all records of an entity divided by its features: the mean over entities, by what names them. */
    Map<String, Double> perFeature(Path file) throws IOException {
        MappingDefinition mapping = engine.useCase().mappings().getFirst();
        EventType type = engine.useCase().event(mapping.event());
        Map<String, Map<String, ViewState>> states = new TreeMap<>();
        engine.views().stream()
                .filter(view -> !view.isTumbling())
                .forEach(view -> states.put(view.name(), new HashMap<>()));
        fold(file, new FileMapping(mapping, type), type, states);
        Map<String, Double> sizes = new TreeMap<>();
        Map<String, Integer> features = new TreeMap<>();
        try (RecordWriter records = new RecordWriter(redis)) {
            states.forEach((name, entities) -> {
                View view = engine.view(name).orElseThrow();
                String entity = view.entityFields().toString();
                sizes.merge(entity, mean(records, view, entities), Double::sum);
                features.merge(entity, view.features().size(), Integer::sum);
            });
        }
        sizes.replaceAll((entity, bytes) -> bytes / features.getOrDefault(entity, 1));
        return sizes;
    }

    private void fold(Path file, FileMapping mapping, EventType type, Map<String, Map<String, ViewState>> states)
            throws IOException {
        EventJson json = new EventJson(type);
        LabelFactory labels = new LabelFactory(engine.useCase(), type);
        try (Reader reader =
                        new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8);
                CSVParser rows = CSVFormat.DEFAULT.builder().setHeader().get().parse(reader)) {
            for (CSVRecord row : rows) {
                SourceEvent mapped = mapping.map(row::get);
                GenericRecord event = json.read(JSON.valueToTree(mapped.fields()));
                feed(states, new Source.Events(type.name()), SourceRecord.of(type, event));
                mapped.label().ifPresent(value -> {
                    Label label = labels.label(event, value, type.time(event), 1);
                    feed(states, new Source.Labels(type.name()), SourceRecord.of(label));
                });
            }
        }
    }

    private void feed(Map<String, Map<String, ViewState>> states, Source source, SourceRecord record) {
        for (View view : engine.views()) {
            Map<String, ViewState> entities = states.get(view.name());
            if (entities != null && view.source().equals(source)) {
                view.feed(record)
                        .forEach(fed ->
                                entities.computeIfAbsent(fed.key(), view::state).fold(fed.event()));
            }
        }
    }

    private double mean(RecordWriter records, View view, Map<String, ViewState> entities) {
        return entities.entrySet().stream()
                .limit(MEASURED)
                .mapToLong(entity -> records.size(records.write(
                        engine.useCase().name(),
                        view,
                        entity.getKey(),
                        entity.getValue().block(entity.getKey()))))
                .average()
                .orElseThrow();
    }
}
