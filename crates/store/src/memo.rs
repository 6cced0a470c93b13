//! The rows that a transaction has just written, kept in memory.

use std::any::{Any, TypeId};

/// One value of each type. A run's steps often change the same contact and need not read back what they have
/// just written; the transaction itself knows nothing about contacts.
#[derive(Default)]
pub(crate) struct Memo(Vec<(TypeId, Box<dyn Any + Send + Sync>)>);

impl Memo {
    /// Keeps a value in place of the last one of its type.
    pub(crate) fn keep<T: Any + Send + Sync>(&mut self, value: T) {
        self.drop::<T>();
        self.0.push((TypeId::of::<T>(), Box::new(value)));
    }

    /// The value of this type that was kept last.
    pub(crate) fn get<T: Any>(&self) -> Option<&T> {
        let (_, kept) = self.0.iter().find(|(kind, _)| *kind == TypeId::of::<T>())?;
        kept.downcast_ref()
    }

    /// Drops the value of this type, because its row has changed in another way.
    pub(crate) fn drop<T: Any>(&mut self) {
        self.0.retain(|(kind, _)| *kind != TypeId::of::<T>());
    }

    /// Drops all values, because writes were undone.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
