package dev.millrace.ingestion.feed;

import dev.millrace.schema.definition.MappingDefinition;
import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.generator.SourceEvent;
import dev.millrace.schema.mapping.FileMapping;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** The rows of a CSV file, plain or gzipped, as events: by the use case's mapping whose columns the header has. */
final class CsvFile implements AutoCloseable {
    private static final int GZIP_MAGIC = 0x1F8B;

    private final Path path;
    private final CSVParser rows;
    private final MappingDefinition definition;
    private final FileMapping mapping;

    /** @throws FeedException when it cannot be read, or no mapping fits */
    CsvFile(Path path, UseCase useCase) {
        this.path = path;
        try {
            this.rows = CSVFormat.DEFAULT
                    .builder()
                    .setHeader()
                    .setSkipHeaderRecord(true)
                    .get()
                    .parse(new InputStreamReader(open(path), StandardCharsets.UTF_8));
        } catch (IOException | IllegalArgumentException e) {
            throw new FeedException("Cannot read " + path + " as CSV with a header: " + e.getMessage(), e);
        }
        List<String> header = rows.getHeaderNames();
        this.definition = useCase.mappings().stream()
                .filter(candidate -> mapping(useCase, candidate).reads(header))
                .findFirst()
                .orElseThrow(() -> new FeedException("No mapping of the use case '" + useCase.name()
                        + "' reads the columns of " + path + " " + header + "; it has "
                        + useCase.mappings().stream()
                                .map(candidate -> candidate.name() + " "
                                        + mapping(useCase, candidate).columns())
                                .toList()
                        + ": add one to mappings/"));
        this.mapping = mapping(useCase, definition);
    }

    private static FileMapping mapping(UseCase useCase, MappingDefinition definition) {
        return new FileMapping(definition, useCase.event(definition.event()));
    }

    private static InputStream open(Path path) throws IOException {
        InputStream bytes = new BufferedInputStream(Files.newInputStream(path), 1 << 16);
        bytes.mark(2);
        int magic = bytes.read() << 8 | bytes.read();
        bytes.reset();
        return magic == GZIP_MAGIC ? new GZIPInputStream(bytes, 1 << 16) : bytes;
    }

    String mappingName() {
        return definition.name();
    }

    Duration lag() {
        return definition.lag();
    }

    /** The rows in the order of the file, which is that of their times. */
    Iterator<SourceEvent> events() {
        Iterator<CSVRecord> records = rows.iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return records.hasNext();
            }

            @Override
            public SourceEvent next() {
                CSVRecord row = records.next();
                try {
                    return mapping.map(column -> row.isSet(column) ? row.get(column) : "");
                } catch (RuntimeException e) {
                    throw new FeedException(
                            path + ", line " + (row.getRecordNumber() + 1) + ": " + e.getMessage() + " in "
                                    + row.toMap(),
                            e);
                }
            }
        };
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }
}
