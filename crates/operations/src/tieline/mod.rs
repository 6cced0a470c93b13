//! Tieline's own operations, under `/api`.

mod catalog;

use crate::operation::Operation;

pub(crate) fn all() -> Vec<Operation> {
    vec![catalog::operation()]
}
