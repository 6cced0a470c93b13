//! Gives comparisons and arithmetic the meaning that workflows need.
//!
//! The engine orders values of different kinds by kind: an amount that is missing would be smaller than any
//! number, and a payment without one would pass `amount < 5000`. It repeats a text that is multiplied. Its
//! operators can't be replaced, but its tests and filters can. So `a < b` is rewritten to `((a) is lt(b))`,
//! and [`arithmetic`](crate::arithmetic) passes operands through a filter.

use crate::arithmetic::Side;
use crate::lexer::{Kind, Token};

/// Rewrites every comparison and calculation among `tokens`, which are those of `source` (or of a part of it, from the byte
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
struct Chain<'a> {
    left: Option<(String, &'static str)>,
    side: Side<'a>,
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
                "(" | "[" | "{" => self.bracket(&mut chain.side)?,
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
                    None => chain.side.push(token, self.take()),
                },
            }
        }
        chain.flush(out);
        Ok(())
    }

    /// A bracket and what is in it, up to the one that closes it.
    fn bracket(&mut self, side: &mut Side<'a>) -> Result<(), String> {
        let mut text = self.take().to_owned();
        self.part(&mut text)?;
        if self.at < self.tokens.len() {
            text.push_str(self.take());
        }
        side.push_bracket(&text);
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

impl Chain<'_> {
    fn compare(&mut self, test: &'static str) -> Result<(), String> {
        if self.left.is_some() {
            return Err("compares more than two values at once; write `a < b and b < c`".to_owned());
        }
        self.left = Some((self.side.take(), test));
        Ok(())
    }

    fn flush(&mut self, out: &mut String) {
        let side = self.side.take();
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
        assert_eq!(tight("a.b < c * 2"), "((a.b)islt(c|__number('c')*2))");
        assert_eq!(tight("-a | abs - [b]"), "-(a|__number('a'))|abs|__term-[b]|__term");
        assert_eq!(tight("a + b ~ c * 2"), "a|__term('a')+(b|string~(c|__number('c')*2)|string)|__term");
        assert_eq!(tight("not a in b and c"), "not((a)isin(b))andc");
        assert_eq!(tight("a not in b"), "((a)isnotin(b))");
        assert_eq!(tight("f(x == 1, y)[a > b]"), "f(((x)iseq(1)),y)[((a)isgt(b))]");
        assert_eq!(tight("1 if a != b else 2"), "1if((a)isne(b))else2");
    }

    #[test]
    fn what_is_no_comparison_stays_as_it_is() {
        for source in
            ["a.b | default('<')", "x is not in [1]", "x is in [1]", "{'a': b}", "-1", "'a' ~ 'b'", ""]
        {
            assert_eq!(rewritten(source), source);
        }
    }

    #[test]
    fn chains_are_refused() {
        let source = "1 < a < 3";
        assert!(rewrite(source, 0, &crate::lexer::lex(source).unwrap()).is_err());
    }
}
