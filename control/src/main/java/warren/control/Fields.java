// SPDX-License-Identifier: Apache-2.0
package warren.control;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// One JSON object being read: every accessor names the field in its complaint. Immutable.
///
/// Unknown fields are ignored, so that a newer agent may say more to an older client.
final class Fields {
    private static final JsonMapper MAPPER = JsonMapper.shared();
    private final JsonNode object;

    private Fields(JsonNode object) {
        this.object = object;
    }

    static Fields parse(byte[] json) throws MalformedJsonException {
        return of(tree(json));
    }

    /// The objects of a JSON array, the form of every list this API answers with.
    static List<Fields> parseList(byte[] json) throws MalformedJsonException {
        return listOf(tree(json), "the answer");
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static ArrayNode array(List<String> texts) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        texts.forEach(array::add);
        return array;
    }

    static byte[] write(JsonNode node) {
        return MAPPER.writeValueAsBytes(node);
    }

    String text(String field) throws MalformedJsonException {
        String text = optionalText(field);
        if (text == null) {
            throw new MalformedJsonException("field " + field + " is missing");
        }
        return text;
    }

    @Nullable String optionalText(String field) throws MalformedJsonException {
        JsonNode value = object.get(field);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isString()) {
            throw new MalformedJsonException("field " + field + " is not a string");
        }
        return value.stringValue();
    }

    List<String> texts(String field) throws MalformedJsonException {
        JsonNode value = object.get(field);
        if (value == null || value.isNull()) {
            return List.of();
        }
        if (!value.isArray()) {
            throw new MalformedJsonException("field " + field + " is not an array");
        }
        List<String> texts = new ArrayList<>(value.size());
        for (JsonNode element : value) {
            if (!element.isString()) {
                throw new MalformedJsonException("field " + field + " holds more than strings");
            }
            texts.add(element.stringValue());
        }
        return List.copyOf(texts);
    }

    /// False where the field is absent or null.
    boolean flag(String field) throws MalformedJsonException {
        JsonNode value = object.get(field);
        if (value == null || value.isNull()) {
            return false;
        }
        if (!value.isBoolean()) {
            throw new MalformedJsonException("field " + field + " is neither true nor false");
        }
        return value.booleanValue();
    }

    long number(String field) throws MalformedJsonException {
        JsonNode value = object.get(field);
        if (value == null || !value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new MalformedJsonException("field " + field + " is not a whole number");
        }
        return value.longValue();
    }

    int smallNumber(String field) throws MalformedJsonException {
        long number = number(field);
        if (number < Integer.MIN_VALUE || number > Integer.MAX_VALUE) {
            throw new MalformedJsonException("field " + field + " is out of range");
        }
        return (int) number;
    }

    /// A number, or null where the field is absent or null.
    @Nullable Long optionalNumber(String field) throws MalformedJsonException {
        JsonNode value = object.get(field);
        return value == null || value.isNull() ? null : (Long) number(field);
    }

    @Nullable Fields optionalObject(String field) throws MalformedJsonException {
        JsonNode value = object.get(field);
        return value == null || value.isNull() ? null : of(value);
    }

    List<Fields> objects(String field) throws MalformedJsonException {
        JsonNode value = object.get(field);
        return value == null || value.isNull() ? List.of() : listOf(value, "field " + field);
    }

    private static JsonNode tree(byte[] json) throws MalformedJsonException {
        try {
            return MAPPER.readTree(json);
        } catch (JacksonException e) {
            throw new MalformedJsonException("not JSON: " + e.getOriginalMessage());
        }
    }

    private static Fields of(JsonNode node) throws MalformedJsonException {
        if (!node.isObject()) {
            throw new MalformedJsonException("not a JSON object");
        }
        return new Fields(node);
    }

    private static List<Fields> listOf(JsonNode node, String what) throws MalformedJsonException {
        if (!node.isArray()) {
            throw new MalformedJsonException(what + " is not an array");
        }
        List<Fields> all = new ArrayList<>(node.size());
        for (JsonNode element : node) {
            all.add(of(element));
        }
        return all;
    }
}
