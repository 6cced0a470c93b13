//! Templates with `{% … %}` in them. The engine renders them as a whole.

use crate::check::check;
use crate::error::plain;
use crate::language::LANGUAGE;
use crate::references::References;
use crate::rewrite::rewrite;
use crate::scope::Scope;
use crate::segments::{Marked, Segment};
use minijinja::Environment;

/// The name of the template in its environment.
const ONLY: &str = "template";

/// A template with tags, compiled.
pub(crate) struct Tags {
    /// An environment that holds this one template: the engine owns a template only together with its
    /// environment.
    only: Box<Environment<'static>>,
}

impl Tags {
    /// Compiles the template and adds what it uses to `references`.
    pub(crate) fn compile(
        text: &str,
        segments: &[Segment<'_>],
        references: &mut References,
    ) -> Result<Self, String> {
        for segment in segments {
            if let Segment::Expression(marked) | Segment::Tag(marked) = segment {
                check(&marked.tokens)?;
                references.add_zone(&marked.tokens);
            }
        }
        let mut only = LANGUAGE.clone();
        // The author's own text goes first, so that an error speaks of what the author wrote.
        only.add_template_owned(ONLY, text.to_owned()).map_err(|error| plain(&error))?;
        only.add_template_owned(ONLY, rewritten(text, segments)?).map_err(|error| plain(&error))?;
        let template = only.get_template(ONLY).map_err(|error| plain(&error))?;
        references.add_undeclared(template.undeclared_variables(true));
        Ok(Self { only: Box::new(only) })
    }

    /// The text that it makes.
    pub(crate) fn render(&self, scope: &Scope) -> Result<String, String> {
        let template = self.only.get_template(ONLY).map_err(|error| plain(&error))?;
        template.render(scope.to_value()).map_err(|error| plain(&error))
    }
}

/// The template with its comparisons rewritten and without what was trimmed.
fn rewritten(text: &str, segments: &[Segment<'_>]) -> Result<String, String> {
    let mut rewritten = String::with_capacity(text.len());
    for segment in segments {
        match segment {
            // A brace at the end would join the mark that comes next.
            Segment::Text(text) => match text.strip_suffix('{') {
                Some(text) => rewritten.extend([text, "{{ '{' }}"]),
                None => rewritten.push_str(text),
            },
            Segment::Expression(marked) => {
                rewritten.push_str("{{");
                rewrite_marked(text, marked, 0, &mut rewritten)?;
                rewritten.push_str(" }}");
            }
            Segment::Tag(marked) => {
                rewritten.push_str("{%");
                // The `in` of a loop compares nothing.
                let is_loop = marked.tokens.first().is_some_and(|token| token.text == "for");
                let in_at = marked.tokens.iter().position(|token| token.text == "in").map_or(0, |at| at + 1);
                rewrite_marked(text, marked, if is_loop { in_at } else { 0 }, &mut rewritten)?;
                rewritten.push_str(" %}");
            }
        }
    }
    Ok(rewritten)
}

fn rewrite_marked(text: &str, marked: &Marked<'_>, keep: usize, out: &mut String) -> Result<(), String> {
    let (kept, rest) = marked.tokens.split_at(keep);
    let from = kept.last().map_or(marked.start, |token| token.end());
    // A blank keeps a minus that begins the expression from being read as a sign to trim.
    out.push(' ');
    out.push_str(&text[marked.start..from]);
    out.push_str(&rewrite(text, from, rest)?);
    Ok(())
}
