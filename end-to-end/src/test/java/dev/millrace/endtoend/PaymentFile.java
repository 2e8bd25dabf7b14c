package dev.millrace.endtoend;

import dev.millrace.schema.definition.UseCase;
import dev.millrace.schema.generator.SourceEvent;
import dev.millrace.schema.mapping.FileMapping;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;

/** The shared file of card payments, mapped to events. */
final class PaymentFile {
    private PaymentFile() {}

    /**
     * A payment as the oracle knows it.
     *
     * @param time epoch milliseconds
     */
    record Payment(String id, long customer, long merchant, long cents, long time, boolean fraud, SourceEvent event) {
        static Payment of(SourceEvent event) {
            return new Payment(
                    (String) event.fields().get("transaction_id"),
                    (Long) event.fields().get("customer_id"),
                    (Long) event.fields().get("merchant_id"),
                    ((BigDecimal) event.fields().get("amount")).unscaledValue().longValueExact(),
                    event.time().toEpochMilli(),
                    event.label().orElse(0) == 1,
                    event);
        }
    }

    static Path path() {
        String data = System.getenv("MILLRACE_DATA");
        Path folder =
                data == null ? Path.of(System.getProperty("millrace.root", ".."), "../shared/data") : Path.of(data);
        return folder.resolve("fraud/transactions-2018q2.csv.gz");
    }

    /** The first payments of the file, in order of time. */
    static List<Payment> first(int count, UseCase useCase) {
        FileMapping mapping = new FileMapping(useCase.mappings().getFirst(), useCase.event("transactions"));
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                        new GZIPInputStream(Files.newInputStream(path())), StandardCharsets.UTF_8));
                CSVParser rows = CSVFormat.DEFAULT
                        .builder()
                        .setHeader()
                        .setSkipHeaderRecord(true)
                        .get()
                        .parse(reader)) {
            return StreamSupport.stream(rows.spliterator(), false)
                    .limit(count)
                    .map(row -> Payment.of(mapping.map(row::get)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
