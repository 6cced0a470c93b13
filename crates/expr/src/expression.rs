//! One compiled expression, without the marks around it.

use crate::check::check;
use crate::error::plain;
use crate::json;
use crate::language::LANGUAGE;
use crate::lexer::{Token, lex};
use crate::path::Path;
use crate::references::References;
use crate::rewrite::rewrite;
use crate::scope::Scope;
use serde_json::Value as Json;
use tieline_model::suggest::did_you_mean;

/// An expression, ready to be evaluated.
pub(crate) enum Expression {
    /// A plain path, walked directly.
    Path(Path),
    /// Anything else.
    Engine(minijinja::Expression<'static, 'static>),
}

impl Expression {
    /// Compiles `source` and adds what it uses to `references`.
    pub(crate) fn compile(source: &str, references: &mut References) -> Result<Self, String> {
        let tokens = lex(source)?;
        if tokens.is_empty() {
            return Err("is empty; write what is to stand here, like `trigger.customer.email`".to_owned());
        }
        if let Some(path) = Path::read(&tokens) {
            references.add_path(&path);
            return Ok(Self::Path(path));
        }
        check(&tokens)?;
        references.add_zone(&tokens);
        Self::compile_tokens(source, &tokens, references)
    }

    fn compile_tokens(
        source: &str,
        tokens: &[Token<'_>],
        references: &mut References,
    ) -> Result<Self, String> {
        // The author's own text goes first, so that an error speaks of what the author wrote.
        let original = LANGUAGE.compile_expression_owned(source.to_owned()).map_err(|error| plain(&error))?;
        references.add_undeclared(original.undeclared_variables(true));
        let rewritten = rewrite(source, 0, tokens)?;
        if rewritten == source {
            return Ok(Self::Engine(original));
        }
        LANGUAGE.compile_expression_owned(rewritten).map(Self::Engine).map_err(|_| {
            "is too deep or can be read in two ways; split it up, or put brackets around the sides of comparisons"
                .to_owned()
        })
    }

    /// The value, as JSON.
    pub(crate) fn json(&self, scope: &Scope) -> Result<Json, String> {
        match self {
            Self::Path(path) => json::copy(path.walk(scope)),
            Self::Engine(expression) => json::from_value(&evaluate(expression, scope)?),
        }
    }

    /// Appends the value as it stands in a text.
    pub(crate) fn write(&self, out: &mut String, scope: &Scope) -> Result<(), String> {
        match self {
            Self::Path(path) => json::write(out, path.walk(scope)),
            Self::Engine(expression) => {
                out.push_str(&json::text(&evaluate(expression, scope)?)?);
                Ok(())
            }
        }
    }

    /// Whether the value counts as true.
    pub(crate) fn holds(&self, scope: &Scope) -> Result<bool, String> {
        match self {
            Self::Path(path) => Ok(json::holds(path.walk(scope))),
            Self::Engine(expression) => Ok(evaluate(expression, scope)?.is_true()),
        }
    }
}

fn evaluate(
    expression: &minijinja::Expression<'static, 'static>,
    scope: &Scope,
) -> Result<minijinja::Value, String> {
    expression.eval(scope.to_value()).map_err(|error| plain(&error))
}

/// Refuses what uses a name that the scope will not have. `source` is the text that was compiled.
pub(crate) fn check_names(source: &str, references: &References, names: &[&str]) -> Result<(), String> {
    // `null` is a name that nothing is known by, and so it is null, as people write it.
    let unknown = references.names().into_iter().find(|name| *name != "null" && !names.contains(name));
    match unknown {
        None => Ok(()),
        Some(name) => {
            let hint = match name {
                "customer" | "payment" | "plan" if names.contains(&"trigger") => {
                    format!("; did you mean `trigger.{name}`?")
                }
                _ => hyphenated(source, name, names)
                    .unwrap_or_else(|| did_you_mean(name, names.iter().copied())),
            };
            Err(format!("`{name}` is not known here{hint}"))
        }
    }
}

/// A hint for a name that stands behind a hyphen in a path: `agent` in `trigger.headers.user-agent`, which reads as a
/// subtraction.
fn hyphenated(source: &str, name: &str, names: &[&str]) -> Option<String> {
    let is_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
    let behind_hyphen = |path: &&str| path.split(['.', '-']).skip(1).any(|part| part == name);
    let path = source.split(|c| !is_path(c)).filter(|path| path.contains('-')).find(behind_hyphen)?;
    let (first, members) = path.split_once('.')?;
    let member = |member: &str| match member.contains('-') {
        true => format!("[\"{member}\"]"),
        false => format!(".{member}"),
    };
    let written: String = members.split('.').map(member).collect();
    names.contains(&first).then(|| format!("; a name with a hyphen is written `{first}{written}`"))
}
