//! Cuts an expression into tokens, as far as checks and rewriting need them. Whether the tokens make sense
//! together is decided by the engine.

/// The most tokens that one expression may have. It bounds how deep the engine's tree can get.
const MAX_TOKENS: usize = 1000;

/// The deepest nesting of brackets.
const MAX_NESTING: usize = 50;

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// A name or a keyword.
    Word,
    /// A text in quotes, quotes included.
    Text,
    /// A number, which may have a fraction or an exponent.
    Number,
    /// An operator or a bracket.
    Sign,
}

/// A token and where it stands in the source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Token<'s> {
    /// What it is.
    pub(crate) kind: Kind,
    /// The token as it is written.
    pub(crate) text: &'s str,
    /// Its first byte.
    pub(crate) start: usize,
}

impl Token<'_> {
    /// The byte behind its last one.
    pub(crate) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// An expression that was cut out of a larger text.
pub(crate) struct Cut<'s> {
    /// Its tokens, with places in the larger text.
    pub(crate) tokens: Vec<Token<'s>>,
    /// The byte at which the closing mark (with its trim sign) begins.
    pub(crate) end: usize,
    /// Whether a trim sign stands before the closing mark, as in `-}}`.
    pub(crate) trim: bool,
}

/// The tokens of a text that is an expression and nothing else.
pub(crate) fn lex(text: &str) -> Result<Vec<Token<'_>>, String> {
    cut(text, 0, None).map(|cut| cut.tokens)
}

/// The tokens from the byte `from` on, up to the closing mark `until` outside of brackets and quotes, or up to
/// the end of the text where there is no mark to find.
pub(crate) fn cut<'s>(text: &'s str, from: usize, until: Option<&str>) -> Result<Cut<'s>, String> {
    let mut tokens: Vec<Token<'s>> = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    let mut at = from;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        if let Some(mark) = until
            && open.is_empty()
        {
            let trim = rest.strip_prefix('-').is_some_and(|rest| rest.starts_with(mark));
            if trim || rest.starts_with(mark) {
                return Ok(Cut { tokens, end: at, trim });
            }
        }
        if first.is_whitespace() {
            check_blank(first)?;
            at += first.len_utf8();
            continue;
        }
        let token = token(rest, first, at)?;
        match_brackets(&mut open, token.text)?;
        if tokens.len() == MAX_TOKENS || open.len() > MAX_NESTING {
            return Err("is too long or nested too deep for one expression; split it up".to_owned());
        }
        at = token.end();
        tokens.push(token);
    }
    match (until, open.last()) {
        (_, Some(bracket)) => Err(format!("`{bracket}` is not closed; add `{}`", closing(bracket))),
        (None, None) => Ok(Cut { tokens, end: at, trim: false }),
        (Some(mark), None) => Err(format!("the closing {mark} is missing")),
    }
}

/// Keeps the brackets that are open, and refuses one that closes none or another.
fn match_brackets<'s>(open: &mut Vec<&'s str>, sign: &'s str) -> Result<(), String> {
    match sign {
        "(" | "[" | "{" => open.push(sign),
        ")" | "]" | "}" => match open.pop() {
            None => return Err(format!("`{sign}` closes nothing; leave it out")),
            Some(bracket) if closing(bracket) != sign => {
                return Err(format!("`{bracket}` is closed by `{sign}`; write `{}`", closing(bracket)));
            }
            Some(_) => {}
        },
        _ => {}
    }
    Ok(())
}

fn closing(bracket: &str) -> &'static str {
    match bracket {
        "(" => ")",
        "[" => "]",
        _ => "}",
    }
}

fn check_blank(blank: char) -> Result<(), String> {
    if matches!(blank, ' ' | '\t' | '\n' | '\r') {
        return Ok(());
    }
    Err("holds a special blank, as word processors make them; write a plain one".to_owned())
}

/// What a word processor makes of the signs of an expression, and the sign itself.
const TYPOGRAPHIC: &[(&str, &str)] = &[
    ("“”„«»", "\""),
    ("‘’‚", "'"),
    ("–—−", "-"),
    ("≤", "<="),
    ("≥", ">="),
    ("≠", "!="),
    ("×", "*"),
    ("÷", "/"),
];

fn check_sign(character: char) -> Result<(), String> {
    let entry = TYPOGRAPHIC.iter().find(|(signs, _)| signs.contains(character));
    match entry {
        Some((_, plain)) => Err(format!("`{character}` has no meaning here; write {plain}")),
        None if "+-*/%~|.,:()[]{}=<>!&?".contains(character) => Ok(()),
        None => Err(format!("`{character}` has no meaning here; put quotes around a text")),
    }
}

fn token<'s>(rest: &'s str, first: char, start: usize) -> Result<Token<'s>, String> {
    let (kind, length) = match first {
        '"' | '\'' => (Kind::Text, quoted(rest, first)?),
        '0'..='9' => (Kind::Number, number(rest)),
        _ if first.is_alphabetic() || first == '_' => {
            (Kind::Word, rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len()))
        }
        _ => {
            check_sign(first)?;
            (Kind::Sign, sign(rest, first))
        }
    };
    Ok(Token { kind, text: &rest[..length], start })
}

fn quoted(rest: &str, quote: char) -> Result<usize, String> {
    let mut escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return Ok(at + 1),
            _ => {}
        }
    }
    Err(format!("a text in quotes is not closed; add {quote} at its end"))
}

fn number(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' => 1,
            b'.' if digit(at + 1) => 1,
            b'+' | b'-' if matches!(bytes[at - 1], b'e' | b'E') && digit(at + 1) => 1,
            _ => break,
        };
    }
    at
}

fn sign(rest: &str, first: char) -> usize {
    let two = ["==", "!=", "<=", ">=", "**", "//", "&&", "||"];
    if two.iter().any(|sign| rest.starts_with(sign)) { 2 } else { first.len_utf8() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        lex(text).unwrap().iter().map(|token| token.text).collect()
    }

    #[test]
    fn tokens_are_told_apart() {
        assert_eq!(
            words("a.b>=1.5 and 'it\\'s' in c[0]"),
            ["a", ".", "b", ">=", "1.5", "and", "'it\\'s'", "in", "c", "[", "0", "]"]
        );
        assert_eq!(words("1e-3-2"), ["1e-3", "-", "2"]);
    }

    #[test]
    fn the_closing_mark_is_found_outside_of_quotes_and_brackets() {
        let text = "{{ {'a': {'}}': 1}} -}} b";
        let cut = cut(text, 2, Some("}}")).ok().unwrap();
        assert_eq!(&text[cut.end..], "-}} b");
        assert!(cut.trim);
    }

    #[test]
    fn open_quotes_and_marks_are_reported() {
        assert!(lex("'a").unwrap_err().contains("not closed"));
        assert!(cut("{{ a", 2, Some("}}")).err().unwrap().contains("}} is missing"));
        assert!(lex("“vip” in a").unwrap_err().contains("write \""));
        assert!(lex("a ≥ 1").unwrap_err().contains("write >="));
        assert_eq!(words("'“'"), ["'“'"]);
        assert!(lex("a;").unwrap_err().contains("no meaning"));
        assert!(lex("a\u{a0}+ 1").unwrap_err().contains("special blank"));
        assert!(lex("a)").unwrap_err().contains("closes nothing"));
        assert!(lex("(a").unwrap_err().contains("add `)`"));
        assert!(lex("(a]").unwrap_err().contains("write `)`"));
        assert!(lex(&"(".repeat(60)).unwrap_err().contains("too deep"));
    }
}
