//! Arguments of filters that are written out. They are checked when a document is saved, because every run
//! would fail with a wrong one.

use crate::calendar::check_format;
use crate::lexer::{Kind, Token};
use crate::next::{parse_next, parse_time};
use crate::zone;
use tieline_model::time::parse_span;

/// What an argument has to be.
type Check = fn(&str) -> Result<(), String>;

/// The checks of a filter's arguments, in their order.
fn checks(filter: &str) -> &'static [Check] {
    match filter {
        "plus" | "minus" => &[|text| parse_span(text).map(drop), is_zone],
        "at" => &[|text| parse_time(text).map(drop), is_zone],
        "next" => &[|text| parse_next(text).map(drop), is_zone],
        "date" => &[check_format, is_zone],
        "money" => &[is_currency],
        _ => &[],
    }
}

fn is_zone(name: &str) -> Result<(), String> {
    zone::named(name).map(drop)
}

fn is_currency(code: &str) -> Result<(), String> {
    if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Ok(());
    }
    Err(format!("`{code}` is not a currency; write its three letters, like 'aud'"))
}

/// Checks the arguments of a filter; `rest` are the tokens behind its name.
pub(crate) fn check(filter: &str, rest: &[Token<'_>]) -> Result<(), String> {
    let arguments = arguments(rest);
    let needs_argument = matches!(filter, "plus" | "minus" | "at" | "next");
    if needs_argument && arguments.is_empty() {
        return Err(format!("`{filter}` needs to know what; write {}", example(filter)));
    }
    for (check, argument) in checks(filter).iter().zip(&arguments) {
        match argument[..] {
            [Token { kind: Kind::Text, text, .. }] if !text.contains('\\') => {
                check(text.get(1..text.len() - 1).unwrap_or_default())?;
            }
            [Token { kind: Kind::Number, text, .. }] => {
                return Err(format!("`{filter}({text})` needs a text; write {}", example(filter)));
            }
            _ => {}
        }
    }
    Ok(())
}

fn example(filter: &str) -> &'static str {
    match filter {
        "plus" => "`plus('1d')`",
        "minus" => "`minus('1d')`",
        "at" => "`at('09:00')`",
        "next" => "`next('monday 09:00')`",
        "date" => "`date('%d %B %Y')`",
        _ => "`money('aud')`",
    }
}

/// The tokens of each argument in the bracket that `rest` begins with.
fn arguments<'t, 's>(rest: &'t [Token<'s>]) -> Vec<Vec<&'t Token<'s>>> {
    let Some((Token { text: "(", .. }, rest)) = rest.split_first() else { return Vec::new() };
    let mut arguments = vec![Vec::new()];
    let mut depth = 0_usize;
    for token in rest {
        match token.text {
            ")" if depth == 0 => break,
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            "," if depth == 0 => {
                arguments.push(Vec::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = arguments.last_mut() {
            last.push(token);
        }
    }
    arguments.retain(|argument| !argument.is_empty());
    arguments
}
