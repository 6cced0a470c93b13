//! `http.…`: what calls other programs.

mod request;

use crate::operation::Operation;

pub(crate) fn all() -> Vec<Operation> {
    vec![request::operation()]
}
