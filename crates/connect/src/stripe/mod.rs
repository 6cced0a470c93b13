//! Stripe's side of the wire: how a delivery proves that Stripe sent it.

pub mod signature;
