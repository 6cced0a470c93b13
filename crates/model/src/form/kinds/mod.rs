//! The kinds that fields of all entities share. What belongs to one entity alone (the channels of
//! `dndSettings`, say) is a kind beside that entity.

mod anything;
mod choice;
mod flag;
mod known;
mod list;
mod number;
mod reference;
mod text;
mod time;

pub use anything::{Anything, Object};
pub use choice::OneOf;
pub use flag::Flag;
pub use known::{Country, Email, Phone, TimeZone};
pub use list::{MOST_TEXTS, Tags, Texts};
pub use number::Integer;
pub use reference::{LocationRef, Ref};
pub use text::Text;
pub(crate) use text::is_within;
pub use time::{Day, Moment};
