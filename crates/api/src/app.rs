//! What every request is answered with.

use crate::auth::Callers;
use crate::openapi::Documents;
use std::sync::Arc;
use tieline_operations::{Catalogue, Version};
use tieline_store::Store;

/// What an operator can set about the API.
#[derive(Clone, Debug, Default)]
pub struct ApiSettings {
    /// The version of a request that has no `Version` header. Without it such a request is refused, as
    /// HighLevel does.
    pub default_version: Option<Version>,
    /// Whether body fields that are not known are ignored rather than refused.
    pub lenient: bool,
    /// The address that clients reach the server by, such as `https://api.example.com`; links in answers
    /// begin with it. Where it is not set, they begin with the request's `Host`.
    pub public_url: Option<String>,
}

/// What every request is answered with. Cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    catalogue: Catalogue,
    documents: Documents,
    settings: ApiSettings,
    callers: Callers,
}

impl App {
    /// An API over this store, of these operations.
    #[must_use]
    pub fn new(store: Store, catalogue: Catalogue, settings: ApiSettings) -> Self {
        let documents = Documents::of(&catalogue);
        Self { inner: Arc::new(Inner { store, catalogue, documents, settings, callers: Callers::default() }) }
    }

    /// The operations.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.inner.catalogue
    }

    pub(crate) fn documents(&self) -> &Documents {
        &self.inner.documents
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// What the operator has set.
    #[must_use]
    pub fn settings(&self) -> &ApiSettings {
        &self.inner.settings
    }

    pub(crate) fn callers(&self) -> &Callers {
        &self.inner.callers
    }
}
