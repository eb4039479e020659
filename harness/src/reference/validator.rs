//! As much of JSON Schema as our schemas use, so that they can be checked against files without another tool.

use serde_json::Value;

/// Whether `value` is what `schema` says; `root` holds the definitions.
pub fn is_valid(root: &Value, schema: &Value, value: &Value) -> bool {
    let all = |name: &str, test: &dyn Fn(&Value) -> bool| schema.get(name).is_none_or(test);
    let valid = |schema: &Value, value: &Value| is_valid(root, schema, value);
    all("$ref", &|name| {
        let name = name.as_str().unwrap().strip_prefix("#/definitions/").unwrap();
        valid(&root["definitions"][name], value)
    }) && all("type", &|kind| match kind.as_str().unwrap() {
        "string" => value.is_string(),
        "integer" => value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        kind => panic!("{kind}"),
    }) && all("enum", &|words| words.as_array().unwrap().contains(value))
        && all("const", &|word| word == value)
        && all("pattern", &|pattern| {
            value.as_str().is_none_or(|text| regex::Regex::new(pattern.as_str().unwrap()).unwrap().is_match(text))
        })
        && all("minimum", &|least| value.as_i64().is_none_or(|value| value >= least.as_i64().unwrap()))
        && all("maximum", &|most| value.as_i64().is_none_or(|value| value <= most.as_i64().unwrap()))
        && all("minItems", &|least| value.as_array().is_none_or(|list| list.len() >= least.as_u64().unwrap() as usize))
        && all("items", &|item| value.as_array().is_none_or(|list| list.iter().all(|value| valid(item, value))))
        && all("anyOf", &|kinds| kinds.as_array().unwrap().iter().any(|kind| valid(kind, value)))
        && all("allOf", &|kinds| kinds.as_array().unwrap().iter().all(|kind| valid(kind, value)))
        && all("required", &|keys| {
            let has = |key: &Value| value.get(key.as_str().unwrap()).is_some();
            !value.is_object() || keys.as_array().unwrap().iter().all(has)
        })
        && value.as_object().is_none_or(|table| {
            table.iter().all(|(key, value)| match (&schema["properties"][key], schema.get("additionalProperties")) {
                (Value::Null, Some(other)) => other.as_bool().unwrap_or_else(|| valid(other, value)),
                (Value::Null, None) => true,
                (schema, _) => valid(schema, value),
            })
        })
}
