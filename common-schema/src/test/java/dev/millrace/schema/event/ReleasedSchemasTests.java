package dev.millrace.schema.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schema.avro.DeadLetter;
import dev.millrace.schema.avro.Envelope;
import dev.millrace.schema.avro.Label;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.util.RandomData;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every version of the platform's records that was ever released is read by this one. A change of a schema keeps its released
 * file and adds the new one; its decoder learns the old schema in {@link PlatformRecords}.
 */
final class ReleasedSchemasTests {
    private static final Map<String, BinaryMessageDecoder<?>> DECODERS = Map.of(
            "DeadLetter", DeadLetter.getDecoder(),
            "Envelope", Envelope.getDecoder(),
            "Label", Label.getDecoder(),
            "Prediction", PlatformRecords.predictions());

    @TestFactory
    Stream<DynamicTest> recordsOfEveryReleasedSchemaAreRead() throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.walk(Path.of("src/main/resources/released"))) {
            files = found.filter(file -> file.toString().endsWith(".avsc"))
                    .sorted()
                    .toList();
        }
        assertThat(files).hasSizeGreaterThanOrEqualTo(DECODERS.size());
        return files.stream().map(file -> DynamicTest.dynamicTest(file.toString(), () -> isRead(file)));
    }

    private static void isRead(Path file) throws IOException {
        Schema schema = new Schema.Parser().parse(file.toFile());
        BinaryMessageDecoder<?> decoder = DECODERS.get(schema.getName());
        assertThat(decoder).as("a decoder of " + schema.getName()).isNotNull();
        BinaryMessageEncoder<Object> encoder = new BinaryMessageEncoder<>(new GenericData(), schema);
        for (Object record : new RandomData(schema, 20, 7L)) {
            identify((GenericRecord) record);
            try {
                ByteBuffer bytes = encoder.encode(record);
                assertThat(decoder.decode(bytes)).isNotNull();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Random text is no UUID. */
    private static void identify(GenericRecord record) {
        for (Schema.Field field : record.getSchema().getFields()) {
            if (record.get(field.pos()) instanceof GenericRecord nested) {
                identify(nested);
            } else if (LogicalTypes.uuid().equals(field.schema().getLogicalType())) {
                record.put(field.pos(), new UUID(7, 8).toString());
            }
        }
    }
}
