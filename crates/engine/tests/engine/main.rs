//! The run machine from outside: documents, runs, and properties of both.

#[cfg(test)]
mod common;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod runs;
