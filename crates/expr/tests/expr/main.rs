//! The language from outside.

#[cfg(test)]
mod language;
