//! Plain paths such as `trigger.customer.email`, which most templates are made of. They are walked without
//! the engine.

use crate::lexer::{Kind, Token};
use crate::scope::Scope;
use serde_json::Value as Json;

/// Words that mean something of their own where a name could stand.
const RESERVED: &[&str] =
    &["true", "false", "none", "null", "True", "False", "None", "not", "and", "or", "in", "is", "if", "else"];

/// A name in scope and the way down from it.
#[derive(Debug)]
pub(crate) struct Path {
    name: Box<str>,
    steps: Vec<Step>,
}

#[derive(Debug)]
enum Step {
    Member(Box<str>),
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
            let (step, behind) = Step::read(rest)?;
            steps.push(step);
            rest = behind;
        }
        Some(Self { name: first.text.into(), steps })
    }

    /// The name that it begins with.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The member of the name that it goes through, where it goes further.
    pub(crate) fn member(&self) -> Option<&str> {
        match self.steps.first() {
            Some(Step::Member(name)) => Some(name),
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
            Step::Member(name) => data.member(name),
            Step::Item(index) => data.as_json().get(index),
        };
        rest.iter().try_fold(start?, |json, step| match step {
            Step::Member(name) => json.get(name.as_ref()),
            Step::Item(index) => json.get(index),
        })
    }
}

impl Step {
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
