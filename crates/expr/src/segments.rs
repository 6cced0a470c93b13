//! Cuts a template into plain text, expressions and tags.

use crate::lexer::{Token, cut};

/// The most expressions and tags in one template.
const MAX_SEGMENTS: usize = 500;

/// Tags that may be used: those that need no other template and can't call themselves.
const TAGS: &[&str] = &["if", "elif", "else", "endif", "for", "endfor", "set", "endset"];

/// A part of a template.
pub(crate) enum Segment<'s> {
    /// Plain text.
    Text(&'s str),
    /// `{{ … }}`: what is between the marks.
    Expression(Marked<'s>),
    /// `{% … %}`.
    Tag(Marked<'s>),
}

/// What stands between two marks.
pub(crate) struct Marked<'s> {
    /// The text between the marks, without signs that trim.
    pub(crate) source: &'s str,
    /// Where it begins in the template.
    pub(crate) start: usize,
    /// Its tokens, with places in the template.
    pub(crate) tokens: Vec<Token<'s>>,
    /// Whether `-` stands at the opening mark.
    pub(crate) trim_before: bool,
    /// Whether `-` stands at the closing mark.
    pub(crate) trim_after: bool,
}

/// Whether the text is a template; any other text renders as itself.
#[must_use]
pub fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%") || text.contains("{#")
}

/// The segments of a template. Comments are left out, blanks are trimmed where a `-` asks for it.
pub(crate) fn segments(text: &str) -> Result<Vec<Segment<'_>>, String> {
    let mut segments = Vec::new();
    let mut at = 0;
    let mut trim = false;
    while at < text.len() {
        let open = opening(text, at);
        let marked = match &text[open..(open + 2).min(text.len())] {
            "{{" => Some(marked(text, open, "}}")?),
            "{%" => Some(marked(text, open, "%}")?),
            _ => None,
        };
        let trim_before = marked.as_ref().is_some_and(|marked| marked.trim_before);
        push_text(&mut segments, &text[at..open], trim, trim_before);
        trim = marked.as_ref().is_some_and(|marked| marked.trim_after);
        at = match marked {
            Some(marked) => {
                let end = marked.start + marked.source.len() + usize::from(marked.trim_after) + 2;
                segments.push(if text[open..].starts_with("{{") {
                    Segment::Expression(marked)
                } else {
                    check_tag(&marked)?;
                    Segment::Tag(marked)
                });
                end
            }
            None => behind_comment(text, open)?,
        };
        if segments.len() > MAX_SEGMENTS {
            return Err(format!("has more than {MAX_SEGMENTS} parts; split it up"));
        }
    }
    Ok(segments)
}

/// Where the next mark opens; the end of the text where there is none.
fn opening(text: &str, from: usize) -> usize {
    let mark = |pair: &[u8]| matches!(pair, b"{{" | b"{%" | b"{#");
    text.as_bytes()[from..].windows(2).position(mark).map_or(text.len(), |at| from + at)
}

fn behind_comment(text: &str, open: usize) -> Result<usize, String> {
    if open == text.len() {
        return Ok(open);
    }
    let end = text[open..].find("#}").ok_or("the closing #} is missing")?;
    Ok(open + end + 2)
}

fn marked<'s>(text: &'s str, open: usize, close: &str) -> Result<Marked<'s>, String> {
    let trim_before = text[open + 2..].starts_with('-');
    let start = open + 2 + usize::from(trim_before);
    let cut = cut(text, start, Some(close))?;
    Ok(Marked { source: &text[start..cut.end], start, tokens: cut.tokens, trim_before, trim_after: cut.trim })
}

fn push_text<'s>(segments: &mut Vec<Segment<'s>>, text: &'s str, trim_start: bool, trim_end: bool) {
    let text = if trim_start { text.trim_start() } else { text };
    let text = if trim_end { text.trim_end() } else { text };
    if !text.is_empty() {
        segments.push(Segment::Text(text));
    }
}

fn check_tag(tag: &Marked<'_>) -> Result<(), String> {
    let name = tag.tokens.first().map_or("", |token| token.text);
    if !TAGS.contains(&name) {
        return Err(format!("the tag `{name}` is not known; known are {}", TAGS.join(", ")));
    }
    if tag.tokens.iter().any(|token| token.text == "recursive") {
        return Err("loops that call themselves are not possible; leave `recursive` out".to_owned());
    }
    Ok(())
}
