//! The tables as JSON Schema, draft 7: what editors of TOML understand.
//!
//! A schema says where a key belongs and what form its value has. What needs a board, the order of steps or arithmetic
//! stays with `brownout check`.

use super::kind::{FIGURE, Form, Kind, Table};
use super::scenario::{PREDICATES, STEPS, Word};
use super::{board, rig, scenario};
use serde_json::{Map, Value, json};
use std::fmt;

/// Which file a schema is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum File {
    /// `scenarios/<theme>/*.toml`.
    Scenario,
    /// `rigs/*.toml`.
    Rig,
    /// `rigs/boards/*.toml`.
    Board,
}

impl File {
    /// Every one, with the place of its committed schema.
    pub const ALL: [(Self, &'static str); 3] = [
        (Self::Scenario, "scenarios/scenario.schema.json"),
        (Self::Rig, "rigs/rig.schema.json"),
        (Self::Board, "rigs/boards/board.schema.json"),
    ];

    fn table(self) -> &'static Table {
        match self {
            Self::Scenario => &scenario::FILE,
            Self::Rig => &rig::FILE,
            Self::Board => &board::FILE,
        }
    }
}

impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scenario => "scenario",
            Self::Rig => "rig",
            Self::Board => "board",
        })
    }
}

/// The schema, with a line end.
pub fn text(file: File) -> String {
    let mut schema = Schema { file, definitions: Map::new() };
    let mut top = schema.table(file.table());
    if file == File::Board {
        top["anyOf"] = json!([{ "required": ["base"] }, { "required": board::WITHOUT_BASE }]);
    }
    top["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    top["title"] = json!(format!("A Brownout {file} file"));
    top["definitions"] = Value::Object(schema.definitions);
    // A value that serde_json made can be written.
    serde_json::to_string_pretty(&top).unwrap_or_default() + "\n"
}

struct Schema {
    file: File,
    definitions: Map<String, Value>,
}

impl Schema {
    fn table(&mut self, table: &Table) -> Value {
        let mut properties = Map::new();
        for key in table.keys {
            let mut value = self.kind(&key.kind);
            if value.get("$ref").is_some() {
                // Draft 7 reads nothing beside a reference.
                value = json!({ "allOf": [value] });
            }
            value["description"] = json!(key.says);
            properties.insert(key.name.to_owned(), value);
        }
        let needed: Vec<&str> = table.keys.iter().filter(|key| key.needed).map(|key| key.name).collect();
        let mut value = json!({ "type": "object", "properties": properties, "additionalProperties": false });
        if !needed.is_empty() {
            value["required"] = json!(needed);
        }
        value
    }

    /// A definition made once.
    fn defined(&mut self, name: &str, make: impl FnOnce(&mut Self) -> Value) -> Value {
        if !self.definitions.contains_key(name) {
            // Steps hold steps: the name has to be there before it is made.
            self.definitions.insert(name.to_owned(), Value::Null);
            let made = make(self);
            self.definitions.insert(name.to_owned(), made);
        }
        json!({ "$ref": format!("#/definitions/{name}") })
    }

    fn kind(&mut self, kind: &Kind) -> Value {
        let plain = match kind {
            Kind::Text => json!({ "type": "string" }),
            Kind::Form(form) => self.form(form),
            Kind::Figure(form) => self.figure(form),
            Kind::Words(words) => json!({ "enum": words }),
            Kind::Count(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
            Kind::Number => json!({ "type": "number" }),
            Kind::Flag => json!({ "type": "boolean" }),
            Kind::List(item, least) => {
                json!({ "type": "array", "items": self.kind(item), "minItems": least })
            }
            Kind::Table(table) => self.defined(table.name, |schema| schema.table(table)),
            Kind::Any(kind) => json!({ "type": "object", "additionalProperties": self.kind(kind) }),
            Kind::Steps => {
                let step = self.defined("step", |schema| schema.words(STEPS, Self::step));
                json!({ "type": "array", "items": step, "minItems": 1 })
            }
            Kind::Expectation => {
                self.defined("expectation", |schema| schema.words(PREDICATES, |schema, word| schema.kind(&word.kind)))
            }
            Kind::Either(kinds) => {
                let kinds: Vec<Value> = kinds.iter().map(|kind| self.kind(kind)).collect();
                json!({ "anyOf": kinds })
            }
            Kind::Choice([]) => json!({}),
            Kind::Choice(choices) => {
                let choices: Vec<Value> = choices.iter().map(|(word, kind)| self.choice(word, kind.as_ref())).collect();
                json!({ "anyOf": choices })
            }
        };
        self.or_placeholder(kind, plain)
    }

    /// In a scenario a value that is not text of any form may come through the matrix.
    fn or_placeholder(&mut self, kind: &Kind, plain: Value) -> Value {
        let free = matches!(kind, Kind::Text | Kind::Steps | Kind::Expectation | Kind::Any(_) | Kind::Choice(_));
        if self.file != File::Scenario || free {
            return plain;
        }
        let placeholder = self.defined("placeholder", |_| {
            json!({
                "type": "string", "pattern": "^\\{[A-Za-z][A-Za-z0-9_-]*\\}$",
                "description": "a value of the matrix",
            })
        });
        json!({ "anyOf": [plain, placeholder] })
    }

    fn form(&mut self, form: &Form) -> Value {
        self.defined(form.name, |_| {
            json!({ "type": "string", "pattern": form.regex(), "description": format!("such as `{}`", form.example) })
        })
    }

    fn figure(&mut self, form: &Form) -> Value {
        self.defined(&format!("{}-figure", form.name), |schema| {
            let mut table = schema.table(&FIGURE);
            table["properties"]["nominal"]["pattern"] = json!(form.regex());
            table["properties"]["tolerance"]["pattern"] = json!(form.tolerance_regex());
            let text = json!({
                "type": "string", "pattern": form.figure_regex(),
                "description": format!("such as `{0}` or `{0} ±20%`", form.example),
            });
            json!({ "anyOf": [text, table] })
        })
    }

    fn words(&mut self, words: &[Word], make: impl Fn(&mut Self, &Word) -> Value) -> Value {
        let words: Vec<Value> = words.iter().map(|word| make(self, word)).collect();
        let either = json!({ "anyOf": words });
        // Through the matrix a whole step or expectation can come.
        self.or_placeholder(&Kind::Flag, either)
    }

    fn step(&mut self, word: &Word) -> Value {
        let mut value = self.kind(&word.kind);
        if value.get("$ref").is_some() {
            value = json!({ "allOf": [value] });
        }
        value["description"] = json!(format!("{} {}", word.says, word.time));
        json!({
            "type": "object", "properties": { word.word: value }, "required": [word.word],
            "additionalProperties": false, "title": word.word,
        })
    }

    fn choice(&mut self, word: &str, kind: Option<&Kind>) -> Value {
        let Some(kind) = kind else { return json!({ "const": word }) };
        let value = self.kind(kind);
        json!({
            "type": "object", "properties": { word: value }, "required": [word], "additionalProperties": false,
        })
    }
}
