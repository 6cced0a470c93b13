//! Finds secrets in a text by their forms.

use super::{REDACTED, is_secret, redact_url};
use regex::{Captures, Regex};
use std::borrow::Cow;
use std::sync::LazyLock;
use url::Url;

/// What a text with a secret contains somewhere. Most texts contain none of it and are not read any further.
static MAY_HOLD_ONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i-u)://|bearer|eyJ|pit-|[sr]k_(?:live|test)_|whsec_|hooksec_|token|secret|pass|auth|cookie|pwd|\b_*(?:x[-_]*)?pin_*\b|pin[-_]*code|user[-_]*pin|\b_*otp_*\b|\b_*cv[cv]_*\b|jwt|session|key|credential|query",
    )
});
/// An address, up to a space or a quote.
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| pattern(r#"[A-Za-z][A-Za-z0-9+.-]*://[^\s"<>]+"#));
/// `Bearer …`, as in a header.
static BEARER: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?i)\b(bearer:?\s+)([^\s"',;<>]+)"#));
/// `name=value` and `"name": "value"`.
static PAIR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"([A-Za-z0-9_.\-\[\]%]+)("?\s*=\s*|["']\s*:\s*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s&;,"'<>)=][^\s&;,"'<>)]*)"#,
    )
});
/// A token of Tieline, HighLevel or Stripe.
static TOKEN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:\bpit-|[sr]k_(?:live|test)_|whsec_|hooksec_)[A-Za-z0-9_+/=-]{8,}"));
/// A JSON Web Token: base64 of an object, a dot and at least one more part.
static JWT: LazyLock<Regex> = LazyLock::new(|| pattern(r"\beyJ[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*){2,4}"));

#[expect(clippy::expect_used, reason = "the patterns are constants, and the tests compile all of them")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern compiles")
}

/// Whether a text, or a value as JSON, may hold a secret. Quick, and often true without one.
pub(super) fn may_hold_secret(text: &str) -> bool {
    MAY_HOLD_ONE.is_match(text)
}

/// The text with its secrets replaced. Each one is given to `found`, with the name it stands under if it has one.
pub(super) fn redact_text(text: String, found: &mut impl FnMut(&str, &str)) -> String {
    if !may_hold_secret(&text) {
        return text;
    }
    let text = replace(text, &ADDRESS, |part| address(&part[0], found));
    let text = replace(text, &BEARER, |part| {
        found("bearer", &part[2]);
        Some(format!("{}{REDACTED}", &part[1]))
    });
    let text = replace(text, &PAIR, |part| pair(part, found));
    let text = replace(text, &TOKEN, |part| {
        let has_digit = part[0].bytes().any(|byte| byte.is_ascii_digit());
        has_digit.then(|| secret(&part[0], found))
    });
    replace(text, &JWT, |part| Some(secret(&part[0], found)))
}

fn secret(value: &str, found: &mut impl FnMut(&str, &str)) -> String {
    found("token", value);
    REDACTED.to_owned()
}

/// Replaces the matches for which `with` gives something.
fn replace(text: String, pattern: &Regex, mut with: impl FnMut(&Captures<'_>) -> Option<String>) -> String {
    let shown =
        pattern.replace_all(&text, |part: &Captures<'_>| with(part).unwrap_or_else(|| part[0].to_owned()));
    match shown {
        Cow::Owned(shown) => shown,
        Cow::Borrowed(_) => text,
    }
}

fn address(text: &str, found: &mut impl FnMut(&str, &str)) -> Option<String> {
    let url = Url::parse(text).ok().filter(Url::has_host)?;
    let has_secret = url.password().is_some() || !url.username().is_empty() || url.query().is_some();
    found("password", url.password().unwrap_or_default());
    for (name, value) in url.query_pairs() {
        found(&name, &value);
    }
    has_secret.then(|| redact_url(&url))
}

fn pair(part: &Captures<'_>, found: &mut impl FnMut(&str, &str)) -> Option<String> {
    let (name, sign, value) = (&part[1], &part[2], &part[3]);
    let quote =
        value.chars().next().filter(|c| matches!(c, '"' | '\'')).map(String::from).unwrap_or_default();
    let bare = value.trim_matches(['"', '\'']);
    if !is_secret(name) {
        // The value may be a text with pairs of its own. It is shorter than the match, so this ends.
        let inner = replace(value.to_owned(), &PAIR, |part| pair(part, found));
        return Some(format!("{name}{sign}{inner}"));
    }
    if bare.is_empty() {
        return None;
    }
    found(name, bare);
    Some(format!("{name}{sign}{quote}{REDACTED}{quote}"))
}
