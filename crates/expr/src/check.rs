//! Finds what the engine would only find when it evaluates: unknown filters and tests, functions, methods,
//! and operators of other languages.

use crate::language::known_filters;
use crate::lexer::{Kind, Token};
use crate::literals;
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
            Kind::Text | Kind::Number => operator(tokens, at)?,
        }
    }
    Ok(())
}

fn word(tokens: &[Token<'_>], at: usize) -> Result<(), String> {
    let word = tokens[at].text;
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text);
    let before = |back: usize| at.checked_sub(back).map_or("", text);
    let called = text(at + 1) == "(";
    let mut filters = known_filters();
    if before(1) == "|" {
        known("filter", word, filters)?;
        return literals::check(word, &tokens[at + 1..]);
    }
    if word != "not" && (before(1) == "is" || (before(1) == "not" && before(2) == "is")) {
        return known("test", word, TESTS.iter().copied());
    }
    operator(tokens, at)?;
    if !called || (KEYWORDS.contains(&word) && before(1) != ".") {
        return Ok(());
    }
    let fix = if filters.any(|filter| filter == word) { word } else { "upper" };
    if before(1) == "." {
        Err(format!(
            "`.{word}(…)` calls a method, and there are no methods; use a filter, like `value | {fix}`"
        ))
    } else {
        Err(format!(
            "`{word}(…)` calls a function, and there are no functions; use a filter, like `value | {fix}`"
        ))
    }
}

/// Refuses a word where an operator must stand, like `contains` in `tags contains 'vip'`.
fn operator(tokens: &[Token<'_>], at: usize) -> Result<(), String> {
    let Some(before) = at.checked_sub(1).map(|at| &tokens[at]) else { return Ok(()) };
    let is_argument = at >= 2 && matches!(tokens[at - 2].text, "is" | "not");
    if is_argument || !ends_operand(before) || KEYWORDS.contains(&tokens[at].text) {
        return Ok(());
    }
    let word = tokens[at].text;
    let lower = word.to_lowercase();
    let fix = match lower.as_str() {
        "and" | "or" | "not" | "in" | "is" | "if" | "else" => format!("write `{lower}`"),
        "contains" | "includes" | "has" => "write `'vip' in contact.tags`".to_owned(),
        "equals" | "eq" => "write `==`".to_owned(),
        "mod" => "write `%`".to_owned(),
        "of" => "write `in`".to_owned(),
        _ => {
            let before = before.text;
            return Err(format!(
                "between `{before}` and `{word}` stands no operator, like `and`, `==` or `~`"
            ));
        }
    };
    Err(format!("`{word}` is not an operator; {fix}"))
}

fn ends_operand(token: &Token<'_>) -> bool {
    match token.kind {
        Kind::Word => !KEYWORDS.contains(&token.text),
        Kind::Text | Kind::Number => true,
        Kind::Sign => matches!(token.text, ")" | "]" | "}"),
    }
}

fn known<'a>(what: &str, word: &str, names: impl Iterator<Item = &'a str> + Clone) -> Result<(), String> {
    if names.clone().any(|name| name == word) {
        return Ok(());
    }
    Err(format!("`{word}` is not a {what} that is known{}", did_you_mean(word, names)))
}

/// Comparisons that other languages spell in another way: the two signs, which stand side by side, and ours.
const FOREIGN: &[(&str, &str, &str)] =
    &[("==", "=", "=="), ("!=", "=", "!="), ("<", ">", "!="), ("=", ">", ">="), ("=", "<", "<=")];

fn sign(tokens: &[Token<'_>], at: usize) -> Result<(), String> {
    let next = tokens.get(at + 1).filter(|next| next.start == tokens[at].end()).map_or("", |next| next.text);
    let foreign = FOREIGN.iter().find(|(first, second, _)| (*first, *second) == (tokens[at].text, next));
    if let Some((first, second, ours)) = foreign {
        return Err(format!("`{first}{second}` is not known here; write `{ours}`"));
    }
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
/// engine does not charge for, and a bare word would be read as a name, which is rarely meant.
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
        assert!(problem("a > 1 AND b").contains("write `and`"));
        assert!(problem("a.tags contains 'x'").contains("write `'vip' in contact.tags`"));
        assert!(problem("a b").contains("between `a` and `b` stands no operator"));
    }

    #[test]
    fn what_is_known_passes() {
        for text in [
            "not (a or b)",
            "a | default(x=1) | money('aud')",
            "a is divisibleby(3)",
            "a is in [1]",
            "a is divisibleby 3",
            "a is eq b",
            "a is not eq b and c",
            "a.contains",
            "{'a': b[1:2]}",
        ] {
            assert_eq!(check(&crate::lexer::lex(text).unwrap()), Ok(()), "{text}");
        }
    }
}
