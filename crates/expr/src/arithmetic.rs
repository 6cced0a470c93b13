//! Rewrites calculations, so that a text that is a number counts as one and every other text is a mistake
//! that names the operand.
//!
//! `a + b * 2` becomes `a|__term('a') + b|__number('b') * 2`. A filter binds closer than every operator, so
//! the order of calculation stays as it is. The operands of `~` are written as [`crate::json::text`] has it.

use crate::lexer::{Kind, Token};
use crate::numbers::{NUMBER, TERM};

/// Operators, by how close they bind: each level is split into its parts in turn.
const SUMS: &[&str] = &["+", "-"];
const JOINS: &[&str] = &["~"];
const PRODUCTS: &[&str] = &["*", "/", "//", "%", "**"];

/// One side of a comparison while its tokens are gathered.
#[derive(Default)]
pub(crate) struct Side<'a> {
    operands: Vec<Operand<'a>>,
}

/// A value, and the operator before it.
#[derive(Default)]
struct Operand<'a> {
    /// The operator; empty for the first operand.
    sign: &'a str,
    /// The operator with the blanks before it.
    sign_text: String,
    /// The minuses that the operand begins with.
    minus: String,
    /// The value that they negate.
    value: String,
    /// What the value is where it is a single token.
    single: Option<Kind>,
    /// Filters and tests behind it; they see the negated value.
    filters: String,
}

impl<'a> Side<'a> {
    /// Adds a token, with the blanks before it in `text`.
    pub(crate) fn push(&mut self, token: &Token<'a>, text: &str) {
        let is_operator = [SUMS, JOINS, PRODUCTS].iter().any(|level| level.contains(&token.text));
        let mut operand = self.operands.pop().unwrap_or_default();
        if operand.value.is_empty() && token.text == "-" {
            operand.minus.push_str(text);
        } else if is_operator {
            self.operands.push(operand);
            operand = Operand { sign: token.text, sign_text: text.to_owned(), ..Operand::default() };
        } else if matches!(token.text, "|" | "is") {
            operand.filters.push_str(text);
        } else {
            operand.append(text, Some(token.kind));
        }
        self.operands.push(operand);
    }

    /// Adds what stands in brackets, rewritten already.
    pub(crate) fn push_bracket(&mut self, text: &str) {
        let mut operand = self.operands.pop().unwrap_or_default();
        operand.append(text, None);
        self.operands.push(operand);
    }

    /// The side rewritten; the next one begins empty.
    pub(crate) fn take(&mut self) -> String {
        sum(&std::mem::take(&mut self.operands))
    }
}

fn sum(operands: &[Operand<'_>]) -> String {
    split(operands, SUMS, joined, |part| match part {
        // A product is a number already.
        [_, rest @ ..] if !rest.is_empty() && rest.iter().all(|next| PRODUCTS.contains(&next.sign)) => {
            joined(part)
        }
        _ => as_number(part, joined(part), TERM),
    })
}

fn joined(operands: &[Operand<'_>]) -> String {
    split(operands, JOINS, product, |part| as_text(part, product(part)))
}

fn product(operands: &[Operand<'_>]) -> String {
    let written = |part: &[Operand<'_>]| part.iter().map(Operand::written).collect();
    split(operands, PRODUCTS, written, |part| as_number(part, written(part), NUMBER))
}

/// Splits at the operators of one level. Several parts are written by `part`; where there is only one, it is
/// left to the next level.
fn split(
    operands: &[Operand<'_>],
    level: &[&str],
    next: impl Fn(&[Operand<'_>]) -> String,
    part: impl Fn(&[Operand<'_>]) -> String,
) -> String {
    let parts: Vec<&[Operand<'_>]> = operands.chunk_by(|_, operand| !level.contains(&operand.sign)).collect();
    match parts[..] {
        [only] => next(only),
        _ => parts.iter().enumerate().map(|(n, operands)| sign(operands, n) + &part(operands)).collect(),
    }
}

/// The operator before the part; the first part's belongs to the level above.
fn sign(part: &[Operand<'_>], n: usize) -> String {
    part.first().filter(|_| n > 0).map(|operand| operand.sign_text.clone()).unwrap_or_default()
}

/// The operand of a calculation; `text` is its rewritten form.
fn as_number(part: &[Operand<'_>], text: String, filter: &str) -> String {
    match part {
        [operand] if operand.is_single(Kind::Number) => text,
        [_] => format!("{text}|{filter}{}", name(&text)),
        _ => format!("{}|{filter}", in_brackets(&text)),
    }
}

/// The operand of `~`.
fn as_text(part: &[Operand<'_>], text: String) -> String {
    match part {
        [operand] if operand.is_single(Kind::Text) => text,
        [_] => format!("{text}|string"),
        _ => format!("{}|string", in_brackets(&text)),
    }
}

/// Brackets around a text, with its first blanks before them.
fn in_brackets(text: &str) -> String {
    let trimmed = text.trim_start();
    format!("{}({trimmed})", &text[..text.len() - trimmed.len()])
}

/// The operand as an argument, for the message of a mistake; nothing where it is more than a path.
fn name(operand: &str) -> String {
    let operand = operand.trim();
    let is_path = operand.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && operand.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']'));
    if is_path && operand.len() <= 60 { format!("('{operand}')") } else { String::new() }
}

impl Operand<'_> {
    fn append(&mut self, text: &str, kind: Option<Kind>) {
        if !self.filters.is_empty() {
            self.filters.push_str(text);
            return;
        }
        self.single = if self.value.is_empty() { kind } else { None };
        self.value.push_str(text);
    }

    fn is_single(&self, kind: Kind) -> bool {
        self.single == Some(kind) && self.filters.is_empty()
    }

    /// The operand without its operator.
    fn written(&self) -> String {
        let Self { minus, value, filters, .. } = self;
        if minus.is_empty() || self.single == Some(Kind::Number) {
            return format!("{minus}{value}{filters}");
        }
        let value = format!("{value}|{NUMBER}{}", name(value));
        format!("{minus}{}{filters}", in_brackets(&value))
    }
}
