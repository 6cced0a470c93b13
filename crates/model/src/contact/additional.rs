//! Further e-mail addresses and phone numbers of a contact.

use super::Contact;
use crate::text;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The most additional e-mail addresses that a contact keeps, and the most additional phone numbers.
pub const MOST_ADDITIONAL: usize = 100;

/// A further e-mail address of a contact.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AdditionalEmail {
    /// The address, as it was written.
    pub email: String,
    /// What a newer version stored with it.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A further phone number of a contact.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AdditionalPhone {
    /// The number in E.164.
    pub phone: String,
    /// What a newer version stored with it.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Contact {
    /// The additional e-mail addresses in the form in which addresses are compared; see
    /// [`text::email_key`].
    pub fn additional_email_keys(&self) -> impl Iterator<Item = String> {
        self.additional_emails.iter().map(|other| text::email_key(&other.email))
    }

    /// The additional phone numbers in E.164.
    pub fn additional_numbers(&self) -> impl Iterator<Item = &str> {
        self.additional_phones.iter().map(|other| other.phone.as_str())
    }

    /// Keeps an e-mail address as an additional one, unless it is the contact's already.
    pub fn keep_email(&mut self, email: String) {
        let key = text::email_key(&email);
        let is_main = self.email.as_deref().map(text::email_key).as_ref() == Some(&key);
        if !is_main && self.additional_email_keys().all(|known| known != key) {
            self.additional_emails.push(AdditionalEmail { email, extra: Map::new() });
        }
    }

    /// Keeps a phone number in E.164 as an additional one, unless it is the contact's already.
    pub fn keep_phone(&mut self, phone: String) {
        if self.phone.as_ref() != Some(&phone) && self.additional_numbers().all(|known| known != phone) {
            self.additional_phones.push(AdditionalPhone { phone, extra: Map::new() });
        }
    }

    /// Drops additional addresses and numbers that have become the main one.
    pub fn drop_repeated_addresses(&mut self) {
        if self.additional_emails.is_empty() && self.additional_phones.is_empty() {
            return;
        }
        let email = self.email.as_deref().map(text::email_key);
        self.additional_emails.retain(|other| Some(text::email_key(&other.email)) != email);
        let phone = self.phone.as_deref();
        self.additional_phones.retain(|other| Some(other.phone.as_str()) != phone);
    }
}
