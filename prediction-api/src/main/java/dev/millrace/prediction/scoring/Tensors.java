package dev.millrace.prediction.scoring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.feature.ResponseField;
import dev.millrace.prediction.web.RequestException;
import dev.millrace.schema.definition.AvroTypes;
import dev.millrace.schema.definition.EventType;
import dev.millrace.schema.definition.ModelDefinition.RequestField;
import dev.millrace.schema.definition.ModelDefinition.ServeDefinition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/**
 * Requests and answers as tensors of the <a href="https://github.com/kserve/open-inference-protocol">Open Inference Protocol</a>:
 * one per field, each with an element per row.
 *
 * @param inputs data type by request field
 * @param outputs the response's fields
 */
public record Tensors(Map<String, String> inputs, List<ResponseField> outputs) {

    private static final String FP64 = "FP64";

    /** What the protocol calls a whole number. */
    private static final String INT64 = "INT64";

    /** Whatever the protocol knows as a number. */
    private static final Set<String> NUMBERS =
            Set.of(FP64, "FP32", "FP16", INT64, "INT32", "INT16", "INT8", "UINT64", "UINT32", "UINT16", "UINT8");

    /** What the protocol calls a text. */
    private static final String BYTES = "BYTES";

    static Tensors of(Serving serving) {
        Map<String, String> inputs = new LinkedHashMap<>();
        for (RequestField field : serving.serve().request()) {
            inputs.put(field.name(), type(field, serving.compiled().rows()));
        }
        return new Tensors(inputs, serving.response());
    }

    /** A request of rows that are all this one. */
    public static Map<String, Object> example(ServeDefinition serve, EventType type, JsonNode row, int rows) {
        List<Map<String, Object>> inputs = new ArrayList<>();
        for (RequestField field : serve.request()) {
            JsonNode value = row.path(field.name());
            if (!value.isMissingNode()) {
                Map<String, Object> tensor = new LinkedHashMap<>();
                tensor.put("name", field.name());
                tensor.put("datatype", type(field, type));
                tensor.put("shape", List.of(rows));
                tensor.put("data", Collections.nCopies(rows, value));
                inputs.add(tensor);
            }
        }
        return Map.of("inputs", inputs);
    }

    private static String type(RequestField field, EventType rows) {
        return field.replaces().isPresent()
                ? FP64
                : type(AvroTypes.nonNull(rows.schema().getField(field.name()).schema()));
    }

    private static String type(Schema schema) {
        return switch (schema.getType()) {
            case BOOLEAN -> "BOOL";
            case LONG -> schema.getLogicalType() instanceof LogicalTypes.TimestampMillis ? BYTES : INT64;
            case INT -> INT64;
            case DOUBLE, FLOAT, BYTES, FIXED -> FP64;
            case STRING, ENUM, RECORD, ARRAY, MAP, UNION, NULL -> BYTES;
        };
    }

    static String type(ResponseField output) {
        return switch (output) {
            case ResponseField.Decision decision -> decision.ofClasses() ? BYTES : INT64;
            case ResponseField.Score score -> FP64;
            case ResponseField.Computed computed -> FP64;
            case ResponseField.Text text -> BYTES;
        };
    }

    private List<String> outputNames() {
        return outputs.stream().map(ResponseField::name).toList();
    }

    /**
     * The rows that the inputs are columns of.
     *
     * @throws RequestException when they are no columns of the same length
     */
    List<JsonNode> rows(JsonNode request) throws RequestException {
        JsonNode tensors = request.path("inputs");
        if (!tensors.isArray() || tensors.isEmpty()) {
            throw RequestException.malformed("expected tensors in 'inputs', of " + inputs.keySet());
        }
        Map<String, List<JsonNode>> columns = new LinkedHashMap<>();
        for (JsonNode tensor : tensors) {
            String name = tensor.path("name").asText();
            if (!inputs.containsKey(name)) {
                throw RequestException.malformed(
                        "'%s' is no input of this model; it has %s".formatted(name, inputs.keySet()));
            }
            if (columns.put(name, column(name, tensor)) != null) {
                throw RequestException.malformed("the input '" + name + "' comes twice");
            }
        }
        Set<Integer> lengths =
                new TreeSet<>(columns.values().stream().map(List::size).toList());
        int length = columns.values().iterator().next().size();
        if (lengths.size() > 1 || length < 1 || length > BatchServlet.MOST_ROWS) {
            throw RequestException.malformed("expected inputs of the same length, 1 to %d, but came lengths %s"
                    .formatted(BatchServlet.MOST_ROWS, lengths));
        }
        List<JsonNode> rows = new ArrayList<>(length);
        for (int i = 0; i < length; i++) {
            ObjectNode row = JsonNodeFactory.instance.objectNode();
            for (Map.Entry<String, List<JsonNode>> column : columns.entrySet()) {
                row.set(column.getKey(), column.getValue().get(i));
            }
            rows.add(row);
        }
        return rows;
    }

    /**
     * What is to be answered of the outputs: all, unless the request names some.
     *
     * @throws RequestException when it names another, or nothing by a name
     */
    List<ResponseField> outputs(JsonNode request) throws RequestException {
        JsonNode asked = request.path("outputs");
        if (asked.isMissingNode() || asked.isArray() && asked.isEmpty()) {
            return outputs;
        }
        if (!asked.isArray()) {
            throw RequestException.malformed("expected an array of 'outputs', of " + outputNames());
        }
        Set<ResponseField> found = new LinkedHashSet<>();
        for (JsonNode output : asked) {
            String name = output.path("name").asText();
            found.add(outputs.stream()
                    .filter(known -> known.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> RequestException.malformed(
                            "'%s' is no output of this model; it has %s".formatted(name, outputNames()))));
        }
        return List.copyOf(found);
    }

    private List<JsonNode> column(String name, JsonNode tensor) throws RequestException {
        String type = tensor.path("datatype").asText();
        String expected = String.valueOf(inputs.get(name));
        boolean number = expected.equals(FP64) || expected.equals(INT64);
        boolean fits = number ? NUMBERS.contains(type) : type.equals(expected);
        if (!fits) {
            throw RequestException.malformed(
                    "the input '%s' has the datatype %s, but came '%s'".formatted(name, expected, type));
        }
        List<JsonNode> elements = new ArrayList<>();
        flatten(tensor.path("data"), elements);
        long product = 1;
        for (JsonNode size : tensor.path("shape")) {
            // Saturates: what does not fit is refused by the comparison.
            product = Math.multiplyHigh(product, size.asLong()) != 0 ? Long.MAX_VALUE : product * size.asLong();
        }
        JsonNode shape = tensor.path("shape");
        boolean column = shape.isArray()
                && (shape.size() == 1 || shape.size() == 2 && shape.path(1).asLong() == 1);
        if (!column || product != elements.size()) {
            throw RequestException.malformed(
                    "the input '%s' has the shape [rows] or [rows, 1] and as many elements, but came the shape %s and %d elements"
                            .formatted(name, shape, elements.size()));
        }
        return elements;
    }

    /** Elements may be nested as their shape is. */
    private static void flatten(JsonNode data, List<JsonNode> elements) {
        if (data.isArray()) {
            data.forEach(each -> flatten(each, elements));
        } else if (!data.isMissingNode()) {
            elements.add(data);
        }
    }
}
