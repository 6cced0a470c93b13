//! The table of all operations.

use crate::answer::Answer;
use crate::call::Call;
use crate::error::ApiError;
use crate::{contacts, locations};
use axum::routing::MethodFilter;
use http::Method;
use std::pin::Pin;
use tieline_model::Scope;

/// What carries an operation out.
pub(crate) type Handler = fn(Call) -> Pin<Box<dyn Future<Output = Result<Answer, ApiError>> + Send>>;

/// Something that a client can ask for.
#[derive(Debug)]
pub struct Operation {
    /// HighLevel's name for it, such as `create-contact`.
    pub id: &'static str,
    /// The method that it is asked for by.
    pub method: Method,
    /// Where it stands, with its parameters in braces and without a slash at its end: `/contacts/{contactId}`.
    /// A slash at the end of a request's path means nothing.
    pub path: &'static str,
    /// What a key must carry to ask for it.
    pub scope: Scope,
    pub(crate) filter: MethodFilter,
    pub(crate) handler: Handler,
}

macro_rules! by_method {
    ($($name:ident = $method:ident),*) => {$(
        pub(crate) const fn $name(id: &'static str, path: &'static str, scope: Scope, handler: Handler) -> Self {
            Self { id, method: Method::$method, path, scope, filter: MethodFilter::$method, handler }
        }
    )*};
}

impl Operation {
    by_method!(get = GET, post = POST, put = PUT, delete = DELETE);
}

static OPERATIONS: &[Operation] = &[
    contacts::create::OPERATION,
    contacts::list::OPERATION,
    contacts::upsert::OPERATION,
    contacts::duplicate::OPERATION,
    contacts::get::OPERATION,
    contacts::update::OPERATION,
    contacts::delete::OPERATION,
    contacts::add_tags::OPERATION,
    contacts::remove_tags::OPERATION,
    contacts::notes::list::OPERATION,
    contacts::notes::create::OPERATION,
    contacts::notes::get::OPERATION,
    contacts::notes::update::OPERATION,
    contacts::notes::delete::OPERATION,
    contacts::tasks::list::OPERATION,
    contacts::tasks::create::OPERATION,
    contacts::tasks::get::OPERATION,
    contacts::tasks::update::OPERATION,
    contacts::tasks::delete::OPERATION,
    contacts::tasks::complete::OPERATION,
    locations::custom_fields::list::OPERATION,
    locations::custom_fields::create::OPERATION,
];

/// All operations of the HighLevel-compatible API, each with the scope that it takes.
#[must_use]
pub fn operations() -> &'static [Operation] {
    OPERATIONS
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_address_and_each_name_stands_once() {
        let addresses: HashSet<_> = operations().iter().map(|one| (&one.method, one.path)).collect();
        let names: HashSet<_> = operations().iter().map(|one| one.id).collect();
        assert_eq!((addresses.len(), names.len()), (operations().len(), operations().len()));
    }
}
