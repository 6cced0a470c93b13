//! Finds what the engine would only find while it evaluates: unknown filters and tests, functions, methods,
//! and operators of other languages.

use crate::filters::OWN;
use crate::language::BUILT_IN;
use crate::lexer::{Kind, Token};
use crate::tests_of_values::TESTS;
use tieline_model::suggest::did_you_mean;

/// Words that a bracket may follow without being called.
const KEYWORDS: &[&str] = &["and", "or", "not", "in", "is", "if", "else", "elif", "set", "for"];

/// Checks the tokens of one expression.
pub(crate) fn check(tokens: &[Token<'_>]) -> Result<(), String> {
    for at in 0..tokens.len() {
        match tokens[at].kind {
            Kind::Word => word(tokens, at)?,
            Kind::Sign => sign(tokens, at)?,
            Kind::Text | Kind::Number => {}
        }
    }
    Ok(())
}

fn word(tokens: &[Token<'_>], at: usize) -> Result<(), String> {
    let word = tokens[at].text;
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text);
    let before = |back: usize| at.checked_sub(back).map_or("", text);
    let called = text(at + 1) == "(";
    let filters = BUILT_IN.iter().chain(OWN).copied();
    if before(1) == "|" {
        return known("filter", word, filters);
    }
    if word != "not" && (before(1) == "is" || (before(1) == "not" && before(2) == "is")) {
        return known("test", word, TESTS.iter().copied());
    }
    if !called || (KEYWORDS.contains(&word) && before(1) != ".") {
        return Ok(());
    }
    let fix = if filters.clone().any(|filter| filter == word) { word } else { "upper" };
    if before(1) == "." {
        Err(format!(
            "`.{word}(…)` calls a method, which there are none of; use a filter, like `value | {fix}`"
        ))
    } else {
        Err(format!(
            "`{word}(…)` calls a function, which there are none of; use a filter, like `value | {fix}`"
        ))
    }
}

fn known<'a>(what: &str, word: &str, names: impl Iterator<Item = &'a str> + Clone) -> Result<(), String> {
    if names.clone().any(|name| name == word) {
        return Ok(());
    }
    Err(format!("`{word}` is not a {what} that is known{}", did_you_mean(word, names)))
}

fn sign(tokens: &[Token<'_>], at: usize) -> Result<(), String> {
    match tokens[at].text {
        "&&" | "&" => Err("`&` is not known here; write `and`".to_owned()),
        "||" => Err("`||` is not known here; write `or`".to_owned()),
        "!" => Err("`!` is not known here; write `not`".to_owned()),
        "?" => Err("`?` is not known here; write `a if condition else b`".to_owned()),
        ":" => key(&tokens[..at]),
        "=" if outside_of_brackets(&tokens[..at]) && tokens[0].text != "set" => {
            Err("`=` sets a value; write `==` to compare".to_owned())
        }
        _ => Ok(()),
    }
}

/// Refuses keys of an object that are no plain text. They would be compared as deep as they are, which the
/// engine does not charge for, and a bare word would be taken for a name, which hardly anyone means.
fn key(before: &[Token<'_>]) -> Result<(), String> {
    let mut open = Vec::new();
    for token in before {
        match token.text {
            "(" | "[" | "{" => open.push(token.text),
            ")" | "]" | "}" => drop(open.pop()),
            _ => {}
        }
    }
    if open.last() != Some(&"{") {
        return Ok(());
    }
    match before {
        [.., mark, key] if key.kind == Kind::Text && matches!(mark.text, "{" | ",") => Ok(()),
        _ => {
            Err("the keys of an object are texts in quotes, like `{'name': trigger.customer.name}`"
                .to_owned())
        }
    }
}

fn outside_of_brackets(before: &[Token<'_>]) -> bool {
    let count = |signs: [&str; 3]| before.iter().filter(|token| signs.contains(&token.text)).count();
    count(["(", "[", "{"]) <= count([")", "]", "}"])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        check(&crate::lexer::lex(text).unwrap()).unwrap_err()
    }

    #[test]
    fn unknown_words_come_with_what_was_meant() {
        assert!(problem("a | uper").contains("did you mean `upper`?"));
        assert!(problem("a is not definde").contains("did you mean `defined`?"));
        assert!(problem("a.upper()").contains("value | upper"));
        assert!(problem("range(3)").contains("function"));
        assert!(problem("a = 1").contains("=="));
        assert!(problem("{a: 1}").contains("keys of an object"));
        assert!(problem("{'a': {a ~ 'b': 1}}").contains("keys of an object"));
        assert!(problem("a && b").contains("`and`"));
    }

    #[test]
    fn what_is_known_passes() {
        for text in [
            "not (a or b)",
            "a | default(x=1) | money('aud')",
            "a is divisibleby(3)",
            "a is in [1]",
            "{'a': b[1:2]}",
        ] {
            assert_eq!(check(&crate::lexer::lex(text).unwrap()), Ok(()), "{text}");
        }
    }
}
