//! From YAML's events to a JSON value.

use super::{Mistake, message, scalar};
use granit_parser::{
    Event, Marker, Parser, ScalarStyle, ScanError, Span, StrInput, StructureStyle, Tag, options,
};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// How deep lists and objects may lie in one another; JSON is read to the same depth.
const MAX_NESTING: usize = 127;

/// How many bytes all aliases of a text may copy together. A few lines of aliases to aliases would otherwise
/// fill the memory.
const MAX_COPIED: usize = 1024 * 1024;

/// Reads one YAML document; an empty text is null.
pub(super) fn read(text: &str) -> Result<Value, Mistake> {
    let limits = options! {
        emit_comments: false,
        flow_nesting_limit: MAX_NESTING,
        block_nesting_limit: MAX_NESTING,
    };
    let events = Parser::new_from_str_with_options(text, limits);
    Reader { text, events, anchors: HashMap::new(), room: MAX_COPIED }.document()
}

struct Reader<'t> {
    text: &'t str,
    events: Parser<'t, StrInput<'t>>,
    anchors: HashMap<usize, Value>,
    room: usize,
}

/// A mapping while it is read.
#[derive(Default)]
struct Members {
    map: Map<String, Value>,
    /// The line of each name, counted from 1.
    lines: HashMap<String, usize>,
    /// What `<<` brings in; the mapping's own members go before it.
    merged: Vec<Map<String, Value>>,
}

impl<'t> Reader<'t> {
    fn document(mut self) -> Result<Value, Mistake> {
        let mut value = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(value.unwrap_or_default()),
                Event::DocumentStart(..) if value.is_some() => {
                    return Err(mistake(
                        span.start,
                        "a second document begins here; keep one document in a file",
                    ));
                }
                event if event.is_node() => {
                    self.check_plain(&event, span)?;
                    value = Some(self.value(event, span, 0)?);
                }
                _ => {}
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'t>, Span), Mistake> {
        match self.events.next_event() {
            Some(Ok(next)) => Ok(next),
            Some(Err(error)) => Err(self.unreadable(&error)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn unreadable(&self, error: &ScanError) -> Mistake {
        // The parser may notice it only in the line below.
        let line = error.marker().line();
        let odd = [line.saturating_sub(1), line].into_iter().find_map(|line| self.odd_space(line));
        odd.unwrap_or_else(|| mistake(*error.marker(), message::of(error, self.text)))
    }

    /// The mistake of a line, counted from 1, where a space is none to YAML.
    fn odd_space(&self, line: usize) -> Option<Mistake> {
        let text = self.text.lines().nth(line.checked_sub(1)?)?;
        let (at, space) = message::find_odd_space(text)?;
        let column = text.get(..at)?.chars().count() + 1;
        Some(Mistake { line, column, message: message::odd_space(space) })
    }

    /// Refuses a plain text that an odd space keeps from being a name with its value, or an item.
    fn check_plain(&self, event: &Event<'t>, span: Span) -> Result<(), Mistake> {
        let Event::Scalar(_, ScalarStyle::Plain, ..) = event else { return Ok(()) };
        let source = span.start.byte_offset().zip(span.end.byte_offset()).and_then(|(begin, end)| {
            // With the colon that may stand behind it.
            self.text.get(begin..=end).or_else(|| self.text.get(begin..end))
        });
        let source = source.unwrap_or_default();
        let Some((at, space)) = message::find_odd_space(source) else { return Ok(()) };
        let behind = source.get(..at).unwrap_or_default().chars().count();
        let mistake = mistake(span.start, message::odd_space(space));
        Err(Mistake { column: mistake.column + behind, ..mistake })
    }

    fn value(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Value, Mistake> {
        if depth > MAX_NESTING {
            return Err(mistake(span.start, message::TOO_DEEP));
        }
        let (anchor, value) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let value = scalar::value(&text, style, tag.as_deref());
                (anchor, value.map_err(|message| mistake(span.start, message))?)
            }
            Event::SequenceStart(_, anchor, tag) => {
                check_tag(tag.as_deref(), "seq", span)?;
                (anchor, self.list(depth)?)
            }
            Event::MappingStart(style, anchor, tag) => {
                check_tag(tag.as_deref(), "map", span)?;
                self.check_marks(style, span)?;
                (anchor, self.object(depth)?)
            }
            Event::Alias(id) => (0, self.alias(id, span)?),
            _ => return Err(mistake(span.start, "a value is missing here")),
        };
        if anchor != 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    /// Refuses `{{ … }}` without quotes, which YAML takes for a mapping in a mapping.
    fn check_marks(&self, style: StructureStyle, span: Span) -> Result<(), Mistake> {
        let rest = span.start.byte_offset().and_then(|at| self.text.get(at..)).unwrap_or_default();
        if style == StructureStyle::Flow && rest.starts_with("{{") {
            return Err(mistake(span.start, message::quote_template(rest)));
        }
        Ok(())
    }

    fn alias(&mut self, id: usize, span: Span) -> Result<Value, Mistake> {
        let Some(value) = self.anchors.get(&id) else {
            return Err(mistake(
                span.start,
                "this alias is inside the value that it refers to; write the value out",
            ));
        };
        self.room = self
            .room
            .checked_sub(weight(value))
            .ok_or_else(|| mistake(span.start, "the aliases repeat too much text; write less of it"))?;
        Ok(value.clone())
    }

    fn list(&mut self, depth: usize) -> Result<Value, Mistake> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                return Ok(Value::Array(items));
            }
            self.check_plain(&event, span)?;
            items.push(self.value(event, span, depth + 1)?);
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, Mistake> {
        let mut members = Members::default();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                return Ok(members.finish());
            }
            let merges = matches!(&event, Event::Scalar(text, ScalarStyle::Plain, ..) if text == "<<");
            self.check_plain(&event, span)?;
            let name = self.name(event, span)?;
            let (event, value_span) = self.next()?;
            let value = self.value(event, value_span, depth + 1)?;
            if merges { members.merge(value, span)? } else { members.add(name, value, span)? }
        }
    }

    /// A member's name: always the text as it is written.
    fn name(&mut self, event: Event<'t>, span: Span) -> Result<String, Mistake> {
        match event {
            Event::Scalar(text, _, anchor, _) => {
                if anchor != 0 {
                    self.anchors.insert(anchor, Value::from(text.as_ref()));
                }
                Ok(text.into_owned())
            }
            Event::Alias(id) => match self.alias(id, span)? {
                Value::String(text) => Ok(text),
                _ => Err(mistake(span.start, "a name is a text")),
            },
            _ => Err(mistake(span.start, "a name is a text; lists and objects can't be names")),
        }
    }
}

impl Members {
    fn add(&mut self, name: String, value: Value, span: Span) -> Result<(), Mistake> {
        let line = span.start.line();
        if let Some(first) = self.lines.insert(name.clone(), line) {
            let message = format!("`{name}` is written twice, first in line {first}; keep one of them");
            return Err(mistake(span.start, message));
        }
        self.map.insert(name, value);
        Ok(())
    }

    fn merge(&mut self, value: Value, span: Span) -> Result<(), Mistake> {
        let values = if let Value::Array(values) = value { values } else { vec![value] };
        for value in values {
            let Value::Object(map) = value else {
                return Err(mistake(
                    span.start,
                    "`<<` takes an object, or a list of them, like `<<: *defaults`",
                ));
            };
            self.merged.push(map);
        }
        Ok(())
    }

    fn finish(mut self) -> Value {
        for (name, value) in self.merged.into_iter().flatten() {
            self.map.entry(name).or_insert(value);
        }
        Value::Object(self.map)
    }
}

fn check_tag(tag: Option<&Tag>, expected: &str, span: Span) -> Result<(), Mistake> {
    match tag {
        Some(tag) if tag.core_suffix() != Some(expected) => {
            Err(mistake(span.start, scalar::unknown_tag(tag)))
        }
        _ => Ok(()),
    }
}

/// About how many bytes a copy takes.
fn weight(value: &Value) -> usize {
    16 + match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(weight).sum(),
        Value::Object(map) => map.iter().map(|(name, value)| name.len() + weight(value)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

fn mistake(at: Marker, message: impl Into<String>) -> Mistake {
    Mistake { line: at.line(), column: at.col() + 1, message: message.into() }
}
