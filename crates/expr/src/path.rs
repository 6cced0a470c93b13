//! Plain paths such as `trigger.customer.email`, which most templates are made of. They are walked without
//! the engine.

use crate::lexer::{Kind, Token};
use crate::scope::Scope;
use serde_json::Value as Json;
use std::fmt;

/// Words that mean something of their own where a name could stand.
const RESERVED: &[&str] =
    &["true", "false", "none", "null", "True", "False", "None", "not", "and", "or", "in", "is", "if", "else"];

/// A name in scope and the way down from it. It is shown as it is written: `trigger.items[0].sku`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Path {
    name: Box<str>,
    steps: Vec<PathStep>,
}

/// One step down a [`Path`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum PathStep {
    /// To the member of an object.
    Member(Box<str>),
    /// To the item of a list, counted from 0.
    Item(usize),
}

impl Path {
    /// The path that the tokens are, if they are nothing else.
    pub(crate) fn read(tokens: &[Token<'_>]) -> Option<Self> {
        let (first, mut rest) = tokens.split_first()?;
        if first.kind != Kind::Word || RESERVED.contains(&first.text) {
            return None;
        }
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (step, behind) = PathStep::read(rest)?;
            steps.push(step);
            rest = behind;
        }
        Some(Self { name: first.text.into(), steps })
    }

    /// The path that is written with dots only, as the engine reports it.
    pub(crate) fn dotted(text: &str) -> Self {
        let mut parts = text.split('.');
        let name = parts.next().unwrap_or_default().into();
        Self { name, steps: parts.map(|part| PathStep::Member(part.into())).collect() }
    }

    /// The name that it begins with.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The steps down from the name; empty where the path is the name alone.
    #[must_use]
    pub fn steps(&self) -> &[PathStep] {
        &self.steps
    }

    /// The member of the name that it goes through, where it goes further.
    pub(crate) fn member(&self) -> Option<&str> {
        match self.steps.first() {
            Some(PathStep::Member(name)) => Some(name),
            _ => None,
        }
    }

    /// The value at the path's end; null where there is none.
    pub(crate) fn walk<'s>(&self, scope: &'s Scope) -> &'s Json {
        self.find(scope).unwrap_or(&Json::Null)
    }

    fn find<'s>(&self, scope: &'s Scope) -> Option<&'s Json> {
        let data = scope.get(&self.name)?;
        let Some((first, rest)) = self.steps.split_first() else { return Some(data.as_json()) };
        let start = match first {
            PathStep::Member(name) => data.member(name),
            PathStep::Item(index) => data.as_json().get(index),
        };
        rest.iter().try_fold(start?, |json, step| match step {
            PathStep::Member(name) => json.get(name.as_ref()),
            PathStep::Item(index) => json.get(index),
        })
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.steps.iter().try_for_each(|step| write!(f, "{step}"))
    }
}

/// With the mark that joins it to what stands before: `.sku`, `[0]`, `['two words']`.
impl fmt::Display for PathStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_word = |name: &str| name.chars().all(|c| c.is_alphanumeric() || c == '_');
        match self {
            Self::Member(name) if is_word(name) => write!(f, ".{name}"),
            Self::Member(name) => write!(f, "['{name}']"),
            Self::Item(index) => write!(f, "[{index}]"),
        }
    }
}

impl PathStep {
    fn read<'t, 's>(tokens: &'t [Token<'s>]) -> Option<(Self, &'t [Token<'s>])> {
        let index = |text: &str| text.parse().ok().map(Self::Item);
        match tokens {
            [dot, name, rest @ ..] if dot.text == "." => match name.kind {
                Kind::Word => Some((Self::Member(name.text.into()), rest)),
                Kind::Number => Some((index(name.text)?, rest)),
                Kind::Text | Kind::Sign => None,
            },
            [open, inner, close, rest @ ..] if open.text == "[" && close.text == "]" => match inner.kind {
                Kind::Number => Some((index(inner.text)?, rest)),
                Kind::Text if !inner.text.contains('\\') => {
                    Some((Self::Member(inner.text.get(1..inner.text.len() - 1)?.into()), rest))
                }
                Kind::Text | Kind::Word | Kind::Sign => None,
            },
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Data;
    use serde_json::json;

    fn walk(text: &str) -> Option<Json> {
        let scope = Scope::new().with("a", Data::new(json!({"b": [{"c d": 1}], "n": null})));
        let path = Path::read(&crate::lexer::lex(text).unwrap())?;
        Some(path.walk(&scope).clone())
    }

    #[test]
    fn paths_are_walked() {
        assert_eq!(walk("a.b[0]['c d']"), Some(json!(1)));
        assert_eq!(walk("a.b.0"), Some(json!({"c d": 1})));
        assert_eq!(walk("a.n.x.y"), Some(Json::Null));
        assert_eq!(walk("other.x"), Some(Json::Null));
    }

    #[test]
    fn what_is_more_than_a_path_is_left_to_the_engine() {
        for text in ["true", "a + 1", "a | upper", "a[b]", "'a'", "a.b()", "not a"] {
            assert_eq!(walk(text), None, "{text}");
        }
    }
}
