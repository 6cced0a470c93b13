//! Ids: 20 characters `[0-9A-Za-z]`, as HighLevel's are, with the time in front.
//!
//! The first eight characters are the milliseconds since 1970 in base 62, the other twelve are random. In
//! byte order a later id sorts after an earlier one, so inserts stay local and a time range is an id range.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const TIME_LEN: usize = 8;

/// Makes the text of a new id from the time and twelve bytes of randomness.
#[must_use]
pub fn mint(now: Timestamp, random: [u8; 12]) -> String {
    let mut out = [b'0'; 20];
    let mut rest = now.millis().max(0).unsigned_abs();
    for place in out[..TIME_LEN].iter_mut().rev() {
        *place = ALPHABET[(rest % 62) as usize];
        rest /= 62;
    }
    // 256 is not a multiple of 62, so eight of the characters come up a little more often. Ids have to be
    // unique, not secret: some 71 bits are left, and tokens are made elsewhere.
    for (place, byte) in out[TIME_LEN..].iter_mut().zip(random) {
        *place = ALPHABET[usize::from(byte) % 62];
    }
    out.iter().map(|byte| char::from(*byte)).collect()
}

/// What all ids that are minted at this time begin with; it sorts before the first of them.
#[must_use]
pub fn first_of(time: Timestamp) -> String {
    let mut id = mint(time, [0; 12]);
    id.truncate(TIME_LEN);
    id
}

/// When an id of ours was minted; nothing for an id of another form.
#[must_use]
pub fn minted_at(id: &str) -> Option<Timestamp> {
    let time = id.as_bytes().get(..TIME_LEN).filter(|_| id.len() == 20)?;
    let digit = |byte: &u8| ALPHABET.iter().position(|letter| letter == byte);
    let millis =
        time.iter().try_fold(0_i64, |sum, byte| Some(sum * 62 + i64::try_from(digit(byte)?).ok()?))?;
    Some(Timestamp::from_millis(millis))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        ///
        /// Opaque: an id from outside is accepted in any form, because HighLevel's own differ.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The id as it is sent.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// A new id; see [`mint`].
            #[must_use]
            pub fn mint(now: Timestamp, random: [u8; 12]) -> Self {
                Self(mint(now, random))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id)
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.to_owned())
            }
        }
    )*};
}

ids! {
    /// A location: the tenant that everything else belongs to.
    LocationId,
    /// A contact.
    ContactId,
    /// A note on a contact.
    NoteId,
    /// A task on a contact.
    TaskId,
    /// The definition of a custom field.
    CustomFieldId,
    /// An API key (not its token).
    KeyId,
    /// A connection that events come in by.
    ConnectionId,
    /// One post to a connection, stored as it came.
    DeliveryId,
    /// An entry of the event log.
    EventId,
    /// A workflow, whatever its version.
    WorkflowId,
    /// One execution of a workflow.
    RunId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_twenty_letters_and_digits() {
        let id = mint(Timestamp::from_millis(1_795_430_000_000), [255; 12]);
        assert_eq!(id.len(), 20);
        assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }

    #[test]
    fn tells_when_it_was_minted() {
        let at = Timestamp::from_millis(1_795_430_000_123);
        assert_eq!(minted_at(&mint(at, [7; 12])), Some(at));
        assert_eq!(minted_at("short"), None);
        assert_eq!(minted_at("--------------------"), None);
    }

    #[test]
    fn sorts_by_time_in_byte_order() {
        let earlier = mint(Timestamp::from_millis(1_795_430_000_000), [255; 12]);
        let later = mint(Timestamp::from_millis(1_795_430_000_001), [0; 12]);
        assert!(earlier < later);
    }
}
