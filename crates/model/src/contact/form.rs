//! The fields of a contact that a client may write.

use super::channels::Channels;
use crate::custom_field::CustomFieldValues;
use crate::form::kinds::{Country, Day, Email, Flag, Phone, Ref, Tags, Text, TimeZone};
use crate::form::{Field, Form};

/// Which write a form is for: the fields that are allowed differ.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Write {
    /// `POST /contacts/`.
    Create,
    /// `PUT /contacts/{id}`.
    Update,
    /// `POST /contacts/upsert`.
    Upsert,
}

/// The fields of a contact that a client may write. Each is declared here and nowhere else.
#[must_use]
pub fn form(write: Write) -> Form {
    let names = [
        Field::new("firstName", Text::name(), "the given name").sampled("Ada"),
        Field::new("lastName", Text::name(), "the family name").sampled("Lovelace"),
        Field::new("name", Text::name(), "the whole name, split at its first blank").sampled("Ada Lovelace"),
        Field::new("email", Email, "the e-mail address"),
        Field::new("phone", Phone, "the phone number, best with its country code"),
        Field::new("companyName", Text::name(), "the business that the person works for")
            .sampled("Analytical Ltd"),
        Field::new("address1", Text::line().at_most(2_000), "street and number").sampled("12 King Street"),
        Field::new("city", Text::line(), "the town").sampled("Sydney"),
        Field::new("state", Text::line(), "the state or province").sampled("NSW"),
        Field::new("country", Country, "the country, as two letters"),
        Field::new("postalCode", Text::line(), "the postal code").sampled("2000"),
        Field::new("website", Text::line().at_most(2_000), "a web address").sampled("https://example.com"),
        Field::new("timezone", TimeZone, "the time zone, like Australia/Sydney"),
    ];
    let gender = Field::new("gender", Text::line(), "the gender, in free text").sampled("female");
    let rest = [
        Field::new("dateOfBirth", Day, "the birthday, like 1990-09-25"),
        Field::new("source", Text::line(), "where the contact came from").sampled("Shop"),
        Field::new("assignedTo", Ref("user"), "the user who looks after the contact"),
        Field::new("dnd", Flag, "whether nothing may be sent to the person").ignores_null(),
        Field::new("dndSettings", Channels::OUTBOUND, "what may not be sent by which channel").ignores_null(),
        Field::new("inboundDndSettings", Channels::INBOUND, "what the person asked not to be sent")
            .ignores_null(),
        Field::new("tags", Tags, "the whole set of tags").ignores_null(),
        Field::new("customFields", CustomFieldValues, "values of custom fields, each with an id or a key")
            .ignores_null(),
    ];
    // HighLevel's own quirk: a gender can be given but not changed.
    let gender = (write != Write::Update).then_some(gender);
    Form::new(names).and(gender).and(rest)
}
