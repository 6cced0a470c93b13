//! What to write instead of what YAML can't read.

use granit_parser::{ErrorKind, ScanError};

/// The answer to a text that is nested too deep.
pub(super) const TOO_DEEP: &str = "lists and objects lie too deep in one another; make the text flatter";

/// The sentence for a mistake that the parser found in `text`.
pub(super) fn of(error: &ScanError, text: &str) -> String {
    let line = text.lines().nth(error.marker().line().saturating_sub(1)).unwrap_or_default();
    if let Some(template) = bare_template(line) {
        return quote_template(template);
    }
    by_kind(error.kind(), line)
}

/// The sentence for a space that YAML does not take for one: people paste it unseen from web pages and chats.
pub(super) fn odd_space(space: char) -> String {
    let name = if space == '\u{a0}' { "a no-break space" } else { "a space of another kind" };
    format!(
        "{name} (U+{:04X}) stands here in the indentation or beside a name; replace it with an ordinary space, or put quotes \
         around the text if it is meant",
        u32::from(space)
    )
}

/// Where a line, or a plain text, has such a space in its indentation, behind the dash of an item or beside the colon of a name.
pub(super) fn find_odd_space(line: &str) -> Option<(usize, char)> {
    let is_odd = |c: char| !c.is_ascii() && (c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}'));
    let colon = line.find(':');
    let body = line.find(|c: char| !c.is_whitespace() && !is_odd(c) && c != '-').unwrap_or(line.len());
    let beside_colon =
        |at: usize, c: char| colon.is_some_and(|colon| at + c.len_utf8() == colon || at == colon + 1);
    line.char_indices().find(|(at, c)| is_odd(*c) && (*at < body || beside_colon(*at, *c)))
}

/// The sentence for a template that has no quotes around it; `rest` begins with the template.
pub(super) fn quote_template(rest: &str) -> String {
    let line = rest.lines().next().unwrap_or_default();
    let end = ["}}", "%}"].iter().filter_map(|mark| line.find(mark)).min();
    let shown = end.map_or("{{ … }}", |end| &line[..end + 2]);
    let quote = if shown.contains('"') { '\'' } else { '"' };
    format!("put quotes around a text that begins with a template, like {quote}{shown}{quote}")
}

/// Where a template begins in a line, outside of quotes and not within a plain text that YAML can read.
fn bare_template(line: &str) -> Option<&str> {
    let mut quote = None;
    for (at, character) in line.char_indices() {
        match quote {
            Some(open) if character == open => quote = None,
            Some(_) => {}
            None if character == '#' && line[..at].ends_with([' ', '\t']) => return None,
            None if matches!(character, '"' | '\'') => quote = Some(character),
            None if line[at..].starts_with("{{") || line[at..].starts_with("{%") => return Some(&line[at..]),
            None => {}
        }
    }
    None
}

fn by_kind(kind: &ErrorKind, line: &str) -> String {
    use ErrorKind as K;
    match kind {
        K::TabNotAllowed | K::TabInBlockIndentation | K::TabInIndentation | K::TabAtBlockScalarStart
        | K::TabInPlainScalar => "a tab is not allowed here; indent with spaces".to_owned(),
        K::MappingValueNotAllowed | K::InvalidColonPlacement | K::InvalidMappingValueWhitespace => {
            colon(line)
        }
        K::UnclosedQuotedScalar | K::DocumentIndicatorInQuotedScalar => {
            "a text in quotes is not closed; add the quote at its end".to_owned()
        }
        K::InvalidTrailingSingleQuotedScalar | K::InvalidTrailingDoubleQuotedScalar
        | K::ExpectedBlockMappingKey if holds_quote(line) => {
            "a text continues after its closing quote; put the whole of it in quotes of the other kind, like \
             \"'vip' in contact.tags\""
                .to_owned()
        }
        K::ExpectedBlockMappingKey | K::ExpectedBlockSequenceEntry | K::InvalidIndentation
        | K::BlockSequenceEntryNotAllowed | K::InvalidQuotedScalarIndent | K::InvalidFlowScalarIndent
        | K::InvalidBlockScalarIndent | K::SimpleKeyExpected | K::InvalidSimpleKey
        | K::MappingKeyNotAllowed | K::UnexpectedEndOfPlainScalar => {
            "the line does not fit those above it; give it the indent of its neighbours and write `name: value` \
             or `- item`"
                .to_owned()
        }
        K::UnclosedFlowCollection { open } => format!("`{open}` is not closed; add `{}`", closing(*open)),
        K::UnexpectedEofFlowSequence | K::UnexpectedEofFlowMapping => "a bracket is not closed".to_owned(),
        K::MismatchedFlowCollectionEnd { open, close } => {
            format!("`{open}` is closed by `{close}`; write `{}`", closing(*open))
        }
        K::MisplacedFlowCollectionEnd => "this bracket closes nothing; leave it out".to_owned(),
        K::ExpectedFlowMappingSeparator => "`,` or `}` is missing".to_owned(),
        K::ExpectedFlowSequenceSeparator => "`,` or `]` is missing".to_owned(),
        K::UnexpectedCharacter { character } => {
            format!("a text that begins with `{character}` must be in quotes")
        }
        K::UnknownAnchor | K::MissingAnchorOrAliasName => {
            "`*` and `&` refer to an anchor, and none above has this name; put quotes around a text \
             that begins with them"
                .to_owned()
        }
        K::UnknownQuotedScalarEscape | K::InvalidQuotedScalarHexEscape | K::InvalidUnicodeEscape => {
            "`\\` has a meaning in double quotes; write `\\\\`, or use single quotes".to_owned()
        }
        K::CommentNotSeparated => "a comment needs a blank before its #".to_owned(),
        K::UndeclaredTagHandle | K::ExpectedTagBang | K::MissingTagUri | K::InvalidTagTerminator => {
            "put quotes around a text that begins with !".to_owned()
        }
        K::RecursionLimitExceeded => TOO_DEEP.to_owned(),
        other => format!("this is neither YAML nor JSON: {other}"),
    }
}

fn colon(line: &str) -> String {
    let value = line.split_once(": ").map_or(line, |(_, value)| value).trim();
    if value.is_empty() || value.chars().count() > 60 || value.contains('"') {
        return "put quotes around a text that holds a colon and a blank, like \"Call: today\"".to_owned();
    }
    format!("put quotes around a text that holds a colon and a blank: \"{value}\"")
}

fn holds_quote(line: &str) -> bool {
    line.contains(['\'', '"'])
}

fn closing(open: char) -> char {
    if open == '[' { ']' } else { '}' }
}
