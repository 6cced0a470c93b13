//! Forms: names and values, where a name may say where its value belongs (`items[0][sku]`).

use crate::charset::{guess, of_label};
use encoding_rs::Encoding;
use percent_encoding::percent_decode;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The most brackets that a name may nest; a deeper name is kept as it is written.
const DEEPEST: usize = 16;
/// Numbers up to this are places in a list. Larger ones are names, such as the ids of questions.
const MOST_ITEMS: usize = 1000;
/// The field by which HTML forms say which character set they are written in.
const CHARSET: &[u8] = b"_charset_";

/// Reads a form, or a query, which is written the same way, in the character set that is given, or else
/// found by its `_charset_` or by what it holds.
///
/// A name that comes several times becomes a list, as do `a[]` and `a[0]`; `a[b]` becomes an object. All
/// values are texts.
#[must_use]
pub fn read(charset: Option<&'static Encoding>, body: &[u8]) -> Map<String, Value> {
    let pairs: Vec<_> = pairs(body).collect();
    let named = || {
        let (_, label) = pairs.iter().find(|(name, _)| name.as_ref() == CHARSET)?;
        of_label(&String::from_utf8_lossy(label))
    };
    let guessed = || {
        guess(
            &pairs
                .iter()
                .flat_map(|(name, value)| [&**name, b"=", &**value, b"\n"])
                .collect::<Vec<_>>()
                .concat(),
        )
    };
    let charset = charset.or_else(named).unwrap_or_else(guessed);
    let text = |bytes: &[u8]| decode_part(charset, bytes);
    let mut form = Form::default();
    for (name, value) in &pairs {
        form.add(&text(name), Value::String(text(value)));
    }
    form.finish()
}

/// A byte order mark comes before a whole body, not before one of its parts.
fn decode_part(charset: &'static Encoding, bytes: &[u8]) -> String {
    charset.decode_without_bom_handling(bytes).0.into_owned()
}

/// The names and values as bytes, with `+` and `%XX` resolved.
fn pairs(body: &[u8]) -> impl Iterator<Item = (Cow<'_, [u8]>, Cow<'_, [u8]>)> {
    let parts = body.split(|byte| *byte == b'&').filter(|part| !part.is_empty());
    parts.map(|part| {
        let mut halves = part.splitn(2, |byte| *byte == b'=');
        let mut half = || unescaped(halves.next().unwrap_or_default());
        (half(), half())
    })
}

fn unescaped(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !bytes.contains(&b'+') {
        return percent_decode(bytes).into();
    }
    let spaced: Vec<u8> = bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    Cow::Owned(percent_decode(&spaced).collect())
}

/// A form that is being read, field by field.
#[derive(Debug, Default)]
pub(super) struct Form(Map<String, Value>);

impl Form {
    /// Adds a field's value where its name says.
    pub(super) fn add(&mut self, name: &str, value: Value) {
        if let Err(value) = insert(&mut self.0, &path(name), value) {
            // Names that contradict each other, as in `a=1&a[b]=2`: the later one keeps its full name.
            push(self.0.entry(name).or_insert_with(|| Value::Array(Vec::new())), value);
        }
    }

    /// The whole form, with what was numbered as lists.
    pub(super) fn finish(mut self) -> Map<String, Value> {
        self.0.values_mut().for_each(number);
        self.0
    }
}

/// The parts of `a[b][c]`; a name that is not written like this is one part.
fn path(name: &str) -> Vec<&str> {
    let whole = || vec![name];
    let Some((head, rest)) = name.split_once('[') else { return whole() };
    let Some(inner) = rest.strip_suffix(']') else { return whole() };
    let parts: Vec<&str> = inner.split("][").collect();
    let odd = parts.iter().any(|part| part.contains(['[', ']']));
    if head.is_empty() || odd || parts.len() > DEEPEST {
        return whole();
    }
    std::iter::once(head).chain(parts).collect()
}

/// Puts a value at its path, or returns it if the path leads through a text or a list.
fn insert(map: &mut Map<String, Value>, path: &[&str], value: Value) -> Result<(), Value> {
    match path {
        [] => return Err(value),
        [name] => match map.get_mut(*name) {
            Some(known) => push(known, value),
            None => drop(map.insert((*name).to_owned(), value)),
        },
        [name, ""] => push(map.entry(*name).or_insert_with(|| Value::Array(Vec::new())), value),
        [name, "", rest @ ..] => match map.entry(*name).or_insert_with(|| Value::Array(Vec::new())) {
            Value::Array(items) => return insert_item(items, rest, value),
            _ => return Err(value),
        },
        [name, rest @ ..] => match map.entry(*name).or_insert_with(|| Value::Object(Map::new())) {
            Value::Object(inner) => return insert(inner, rest, value),
            _ => return Err(value),
        },
    }
    Ok(())
}

/// `items[][sku]=A&items[][count]=1&items[][sku]=B` are two items: a field that the last item has begins a new one.
fn insert_item(items: &mut Vec<Value>, path: &[&str], value: Value) -> Result<(), Value> {
    if let Some(Value::Object(last)) = items.last_mut()
        && !has(last, path)
    {
        return insert(last, path, value);
    }
    let mut item = Map::new();
    insert(&mut item, path, value)?;
    items.push(Value::Object(item));
    Ok(())
}

/// Whether the path, or a part of it, is taken already.
fn has(map: &Map<String, Value>, path: &[&str]) -> bool {
    match path {
        [name, rest @ ..] => match (map.get(*name), rest) {
            (None, _) => false,
            (Some(Value::Object(inner)), [_, ..]) => has(inner, rest),
            (Some(_), _) => true,
        },
        [] => true,
    }
}

/// Adds a value to an earlier one: a list grows, a text becomes a list, and an object gets it without a name.
fn push(known: &mut Value, value: Value) {
    match known {
        Value::Array(items) => items.push(value),
        Value::Object(inner) => match inner.get_mut("") {
            Some(known) => push(known, value),
            None => drop(inner.insert(String::new(), value)),
        },
        _ => *known = Value::Array(vec![known.take(), value]),
    }
}

/// Turns objects whose names are list indexes into lists. A gap in the numbers closes: a form has one where a row
/// was removed.
fn number(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(number),
        Value::Object(map) => {
            map.values_mut().for_each(number);
            if let Some(mut places) = places(map) {
                places.sort_unstable_by_key(|(place, _)| *place);
                let items = places.iter().filter_map(|(_, name)| map.remove(name)).collect();
                *value = Value::Array(items);
            }
        }
        _ => {}
    }
}

/// The names of an object as list indexes, if all of them are indexes and the first one is among them.
fn places(map: &Map<String, Value>) -> Option<Vec<(usize, String)>> {
    let place = |name: &String| {
        let place: usize = name.parse().ok()?;
        (place < MOST_ITEMS && place.to_string() == *name).then(|| (place, name.clone()))
    };
    map.get("0")?;
    map.keys().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn form(body: &str) -> Value {
        Value::Object(read(None, body.as_bytes()))
    }

    #[test]
    fn a_form_becomes_an_object() {
        assert_eq!(
            form("name=Ada+L&mail=a%40b.co&tag=x&tag=y&tag=z&plus=%2B&a=b=c&&lone"),
            json!({
                "name": "Ada L", "mail": "a@b.co", "tag": ["x", "y", "z"], "plus": "+", "a": "b=c", "lone": "",
            })
        );
        assert_eq!(
            form("ids[]=1&card[brand]=visa&card[last4]=4242&card[a][b]=c"),
            json!({
                "ids": ["1"], "card": {"brand": "visa", "last4": "4242", "a": {"b": "c"}},
            })
        );
        assert_eq!(form(""), json!({}));
    }

    /// Case W6.
    #[test]
    fn numbered_fields_become_lists() {
        let two = json!({"items": [{"sku": "A"}, {"sku": "B"}]});
        assert_eq!(form("items[0][sku]=A&items[1][sku]=B"), two);
        assert_eq!(form("items[1][sku]=B&items[0][sku]=A"), two);
        assert_eq!(form("items[0][sku]=A&items[3][sku]=B"), two);
        assert_eq!(form("items[][sku]=A&items[][sku]=B"), two);
        assert_eq!(
            form("items[][sku]=A&items[][count]=1&items[][sku]=B&items[][at][x]=1&items[][at][y]=2"),
            json!({"items": [{"sku": "A", "count": "1"}, {"sku": "B", "at": {"x": "1", "y": "2"}}]})
        );
        assert_eq!(form("a[0]=x&a[1]=y&a[2][0]=z"), json!({"a": ["x", "y", ["z"]]}));
        let eleven: String = (0..11).map(|n| format!("a[{n}]={n}&")).collect();
        assert_eq!(form(&eleven)["a"][10], "10");
    }

    #[test]
    fn numbers_that_are_no_places_stay_names() {
        assert_eq!(form("a[17]=x&a[18]=y"), json!({"a": {"17": "x", "18": "y"}}));
        assert_eq!(form("a[0]=x&a[99999999999999999999]=y")["a"]["0"], "x");
        assert_eq!(form("a[0]=x&a[4000000000]=y")["a"]["4000000000"], "y");
        assert_eq!(form("a[0]=x&a[00]=y&0=z"), json!({"a": {"0": "x", "00": "y"}, "0": "z"}));
        assert_eq!(form("a[0]=x&a[b]=y&a[]=z"), json!({"a": {"0": "x", "b": "y", "": "z"}}));
    }

    #[test]
    fn odd_names_lose_nothing() {
        assert_eq!(form("a=1&a[b]=2&a[b]=3"), json!({"a": "1", "a[b]": ["2", "3"]}));
        assert_eq!(form("a[b]=1&a=2"), json!({"a": {"b": "1", "": "2"}}));
        assert_eq!(form("a[b=1&[c]=2&d]=3"), json!({"a[b": "1", "[c]": "2", "d]": "3"}));
        let deep = format!("a{}=1", "[b]".repeat(100_000));
        assert_eq!(form(&deep).as_object().unwrap().len(), 1);
    }

    /// Case W2.
    #[test]
    fn a_form_is_read_in_its_character_set() {
        let latin = of_label("ISO-8859-1");
        assert_eq!(read(latin, b"name=J%FCrgen&n\xe9=1")["n\u{e9}"], "1");
        assert_eq!(read(latin, b"name=J%FCrgen")["name"], "J\u{fc}rgen");
        assert_eq!(form("name=J%FCrgen")["name"], "J\u{fc}rgen");
        assert_eq!(form("name=J%C3%BCrgen")["name"], "J\u{fc}rgen");
        assert_eq!(form("name=%93%FA&_charset_=Shift_JIS")["name"], "\u{65e5}");
    }

    proptest! {
        #[test]
        fn any_form_is_read(body: Vec<u8>) {
            let _ = read(None, &body);
        }

        #[test]
        fn a_form_keeps_every_value(names in proptest::collection::vec("[ab01\\[\\]]{1,9}", 0..12)) {
            let body: String = names.iter().map(|name| format!("{name}=value&")).collect();
            let kept = form(&body).to_string().matches("value").count();
            prop_assert_eq!(kept, names.len());
        }
    }
}
