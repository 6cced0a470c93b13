//! What connects Tieline to the world: guarded requests that go out, deliveries that come in, and a folder
//! for each service that is spoken to.

pub mod charset;
pub mod connector;
pub mod http;
pub mod paythen;
pub mod stripe;
pub mod webhook;
