//! Gives comparisons the meaning that workflows need.
//!
//! The engine orders values of different kinds by kind: an amount that is missing would be smaller than any
//! number, and a payment without one would pass `amount < 5000`. Its operators can't be replaced, but its
//! tests can, and so `a < b` is rewritten to `((a) is lt(b))` before it is compiled.

use crate::lexer::{Kind, Token};

/// Rewrites every comparison among `tokens`, which are those of `source` (or of a part of it, from the byte
/// `from` on). Blanks are kept.
pub(crate) fn rewrite(source: &str, from: usize, tokens: &[Token<'_>]) -> Result<String, String> {
    let mut rewriter = Rewriter { source, tokens, at: 0, end: from };
    let mut out = String::with_capacity(source.len() + 16);
    // A closing bracket that nothing opened ends a part early; the engine will say what is wrong with it.
    while rewriter.at < tokens.len() {
        rewriter.part(&mut out)?;
        if rewriter.at < tokens.len() {
            out.push_str(rewriter.take());
        }
    }
    Ok(out)
}

struct Rewriter<'a> {
    source: &'a str,
    tokens: &'a [Token<'a>],
    at: usize,
    end: usize,
}

/// One side of a comparison, or all of it while no operator was met.
#[derive(Default)]
struct Chain {
    left: Option<(String, &'static str)>,
    side: String,
}

impl<'a> Rewriter<'a> {
    /// The next token with the blanks before it.
    fn take(&mut self) -> &'a str {
        let token = &self.tokens[self.at];
        let text = &self.source[self.end..token.end()];
        self.end = token.end();
        self.at += 1;
        text
    }

    /// Everything up to the bracket that closes this part, or up to the end.
    fn part(&mut self, out: &mut String) -> Result<(), String> {
        let mut chain = Chain::default();
        while let Some(token) = self.tokens.get(self.at) {
            match token.text {
                ")" | "]" | "}" => break,
                "(" | "[" | "{" => {
                    chain.side.push_str(self.take());
                    self.part(&mut chain.side)?;
                    if self.at < self.tokens.len() {
                        chain.side.push_str(self.take());
                    }
                }
                _ => match self.operator() {
                    Some((test, count)) => {
                        for _ in 0..count {
                            self.take();
                        }
                        chain.compare(test)?;
                    }
                    None if self.ends_a_comparison() => {
                        chain.flush(out);
                        out.push_str(self.take());
                    }
                    None => chain.side.push_str(self.take()),
                },
            }
        }
        chain.flush(out);
        Ok(())
    }

    /// The test that the operator here stands for, and of how many tokens it is.
    fn operator(&self) -> Option<(&'static str, usize)> {
        let text = |at: usize| self.tokens.get(at).map_or("", |token| token.text);
        let before = |back: usize| self.at.checked_sub(back).map_or("", text);
        let after_is = before(1) == "is" || (before(1) == "not" && before(2) == "is");
        let test = match text(self.at) {
            "==" => "is eq",
            "!=" => "is ne",
            "<" => "is lt",
            "<=" => "is le",
            ">" => "is gt",
            ">=" => "is ge",
            "in" if !after_is && before(1) != "." => "is in",
            "not" if !after_is && text(self.at + 1) == "in" => return Some(("is not in", 2)),
            _ => return None,
        };
        Some((test, 1))
    }

    fn ends_a_comparison(&self) -> bool {
        let token = &self.tokens[self.at];
        let before = self.at.checked_sub(1).map_or("", |at| self.tokens[at].text);
        match token.kind {
            Kind::Sign => matches!(token.text, "," | ":" | "="),
            Kind::Word => {
                matches!(token.text, "and" | "or" | "not" | "if" | "else" | "elif" | "set")
                    && !matches!(before, "." | "|" | "is")
            }
            Kind::Text | Kind::Number => false,
        }
    }
}

impl Chain {
    fn compare(&mut self, test: &'static str) -> Result<(), String> {
        if self.left.is_some() {
            return Err("compares more than two values at once; write `a < b and b < c`".to_owned());
        }
        self.left = Some((std::mem::take(&mut self.side), test));
        Ok(())
    }

    fn flush(&mut self, out: &mut String) {
        let side = std::mem::take(&mut self.side);
        match self.left.take() {
            None => out.push_str(&side),
            Some((left, test)) => {
                // The blanks stay outside of the brackets, so that `and` and its neighbours don't grow together.
                out.push_str(" ((");
                out.push_str(&left);
                out.push_str(") ");
                out.push_str(test);
                out.push('(');
                out.push_str(&side);
                out.push_str("))");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(source: &str) -> String {
        rewrite(source, 0, &crate::lexer::lex(source).unwrap()).unwrap()
    }

    #[test]
    fn comparisons_become_tests() {
        let tight = |source: &str| rewritten(source).replace(' ', "");
        assert_eq!(tight("a.b < 1 + 2"), "((a.b)islt(1+2))");
        assert_eq!(tight("not a in b and c"), "not((a)isin(b))andc");
        assert_eq!(tight("a not in b"), "((a)isnotin(b))");
        assert_eq!(tight("f(x == 1, y)[a > b]"), "f(((x)iseq(1)),y)[((a)isgt(b))]");
        assert_eq!(tight("1 if a != b else 2"), "1if((a)isne(b))else2");
    }

    #[test]
    fn what_is_no_comparison_stays_as_it_is() {
        for source in ["a.b | default('<')", "x is not in [1]", "x is in [1]", "{'a': b}", "a ~ b", ""] {
            assert_eq!(rewritten(source), source);
        }
    }

    #[test]
    fn chains_are_refused() {
        let source = "1 < a < 3";
        assert!(rewrite(source, 0, &crate::lexer::lex(source).unwrap()).is_err());
    }
}
