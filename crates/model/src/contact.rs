//! Contacts: what is known about a person, and what a client may change.

use crate::custom_field::{CustomFieldValue, CustomFieldValues};
use crate::fold::fold;
use crate::form::kinds::{Country, Day, Email, Flag, Phone, Ref, Tags, Text, TimeZone};
use crate::form::{At, Field, FieldError, Form, Input, Kind, Patch};
use crate::id::{ContactId, CustomFieldId, LocationId};
use crate::location::Location;
use crate::time::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};
use std::collections::HashSet;
use std::sync::LazyLock;

/// A contact, named field by field as HighLevel names them.
///
/// It is stored as the JSON document that [`Contact::to_document`] makes, which is also what the API answers
/// under the date versions, so that reading one costs little more than copying its bytes.
///
/// Only what the program itself works with is a member here. Every other field (`city`, `website`, …) is in
/// [`Contact::fields`] by its name, and is declared in [`form`] alone.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// The location that it belongs to.
    pub location_id: LocationId,
    /// Given name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// E-mail address, as it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Phone number in E.164.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// `lead` or `customer`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether nothing at all may be sent to the person.
    pub dnd: bool,
    /// What may not be sent by which channel, in the keys of the date versions (`Call`, `Email`, `SMS`, …).
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub dnd_settings: Map<String, Value>,
    /// What the person has asked not to be sent.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub inbound_dnd_settings: Map<String, Value>,
    /// Tags in their stored form, in the order in which they were added.
    pub tags: Vec<String>,
    /// Values of custom fields; only those that are set.
    pub custom_fields: Vec<SetField>,
    /// When the contact was created.
    pub date_added: Timestamp,
    /// When anything about it last changed.
    pub date_updated: Timestamp,
    /// Everything else, by its name: fields that only the form knows, and those that a newer version wrote.
    #[serde(flatten, deserialize_with = "own_fields")]
    pub fields: Map<String, Value>,
}

/// A document's further fields, without those that follow from others.
fn own_fields<'de, D: Deserializer<'de>>(document: D) -> Result<Map<String, Value>, D::Error> {
    let mut fields = Map::deserialize(document)?;
    for name in DERIVED {
        fields.remove(name);
    }
    Ok(fields)
}

/// A custom field's value on a contact.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SetField {
    /// The field.
    pub id: CustomFieldId,
    /// Its value.
    pub value: Value,
}

/// What a document holds that follows from other fields; it is written anew each time.
const DERIVED: [&str; 5] =
    ["firstNameLowerCase", "lastNameLowerCase", "fullNameLowerCase", "emailLowerCase", "name"];

impl Contact {
    /// A contact about whom nothing is known yet.
    #[must_use]
    pub fn new(id: ContactId, location_id: LocationId, now: Timestamp) -> Self {
        Self {
            id,
            location_id,
            first_name: None,
            last_name: None,
            email: None,
            phone: None,
            kind: "lead".to_owned(),
            dnd: false,
            dnd_settings: Map::new(),
            inbound_dnd_settings: Map::new(),
            tags: Vec::new(),
            custom_fields: Vec::new(),
            date_added: now,
            date_updated: now,
            fields: Map::new(),
        }
    }

    /// First and last name together, if there is any.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        match (&self.first_name, &self.last_name) {
            (Some(first), Some(last)) => Some(format!("{first} {last}")),
            (Some(one), None) | (None, Some(one)) => Some(one.clone()),
            (None, None) => None,
        }
    }

    /// The text of a field that only the form knows.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_str()
    }

    /// The JSON document that is stored and, under the date versions, answered.
    ///
    /// # Errors
    /// None that a contact read or built here can have; serde's signature allows for them.
    pub fn to_document(&self) -> Result<String, serde_json::Error> {
        // What follows from other fields is written behind the contact's own, which spares a wrapper around
        // the whole.
        let mut document = serde_json::to_vec(self)?;
        document.pop();
        let name = self.name();
        let lower = |text: &Option<String>| text.as_ref().map(|text| text.to_lowercase());
        let derived =
            [lower(&self.first_name), lower(&self.last_name), lower(&name), lower(&self.email), name];
        for (field, text) in DERIVED.iter().zip(derived) {
            if let Some(text) = text {
                document.extend_from_slice(b",\"");
                document.extend_from_slice(field.as_bytes());
                document.extend_from_slice(b"\":");
                serde_json::to_writer(&mut document, &text)?;
            }
        }
        document.push(b'}');
        String::from_utf8(document).map_err(serde::ser::Error::custom)
    }

    /// The text that `query` of a list looks in, folded (see [`fold`]): a line for each value, which begins
    /// with the letter of its [`Line`].
    #[must_use]
    pub fn search_text(&self) -> String {
        let mut text = String::new();
        let name = self.name();
        let fields = [
            (Line::Name, name.as_deref()),
            (Line::Email, self.email.as_deref()),
            (Line::Phone, self.phone.as_deref()),
            (Line::Company, self.text("companyName")),
        ];
        let fields = fields.into_iter().filter_map(|(line, value)| Some((line, value?)));
        for (line, value) in fields.chain(self.tags.iter().map(|tag| (Line::Tag, tag.as_str()))) {
            text.push(char::from(line as u8));
            text.push_str(&fold(value));
            text.push('\n');
        }
        text
    }
}

/// What a line of [`Contact::search_text`] holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Line {
    /// The full name.
    Name = b'N',
    /// An e-mail address.
    Email = b'E',
    /// A phone number.
    Phone = b'P',
    /// The company.
    Company = b'C',
    /// A tag.
    Tag = b'T',
}

impl Line {
    const ALL: [Self; 5] = [Self::Name, Self::Email, Self::Phone, Self::Company, Self::Tag];
}

/// The lines of a [`Contact::search_text`], each with what it holds.
pub fn lines(search_text: &str) -> impl Iterator<Item = (Line, &str)> {
    search_text.lines().filter_map(|text| {
        let line = Line::ALL.into_iter().find(|line| text.as_bytes().first() == Some(&(*line as u8)))?;
        Some((line, &text[1..]))
    })
}

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

/// The fields of a contact that a client may write: the one place where they stand.
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
        Field::new("address1", Text::line(), "street and number").sampled("12 King Street"),
        Field::new("city", Text::line(), "the town").sampled("Sydney"),
        Field::new("state", Text::line(), "the state or province").sampled("NSW"),
        Field::new("country", Country, "the country, as two letters"),
        Field::new("postalCode", Text::line(), "the postal code").sampled("2000"),
        Field::new("website", Text::line(), "a web address").sampled("https://example.com"),
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

/// What a client says about a contact; what it leaves out stays as it is.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ContactInput {
    /// See [`Contact::first_name`].
    pub first_name: Patch<String>,
    /// See [`Contact::last_name`].
    pub last_name: Patch<String>,
    /// See [`Contact::email`].
    pub email: Patch<String>,
    /// See [`Contact::phone`].
    pub phone: Patch<String>,
    /// See [`Contact::dnd`].
    pub dnd: Patch<bool>,
    /// Channels to set; those that are not mentioned stay.
    pub dnd_settings: Patch<Map<String, Value>>,
    /// See [`Contact::inbound_dnd_settings`].
    pub inbound_dnd_settings: Patch<Map<String, Value>>,
    /// The whole new set of tags, in their stored form.
    pub tags: Patch<Vec<String>>,
    /// Values to set; fields that are not mentioned stay.
    pub custom_fields: Vec<CustomFieldValue>,
    /// All other fields that were mentioned; see [`Contact::fields`].
    pub fields: Input,
}

/// The fields that are members of [`ContactInput`], or go into one.
const MEMBERS: [&str; 10] = [
    "firstName",
    "lastName",
    "name",
    "email",
    "phone",
    "dnd",
    "dndSettings",
    "inboundDndSettings",
    "tags",
    "customFields",
];

/// All other fields of the form.
static OTHERS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let names = form(Write::Create).fields().iter().map(|field| field.name.to_string()).collect::<Vec<_>>();
    names.into_iter().filter(|name| !MEMBERS.contains(&name.as_str())).collect()
});

impl ContactInput {
    /// Takes a contact's fields out of an operation's input.
    #[must_use]
    pub fn of(input: &Input) -> Self {
        let (first_name, last_name) = names(input);
        let entries = input.get("customFields").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let mut fields = Input::default();
        for (name, patch) in input.iter().filter(|(name, _)| OTHERS.contains(*name)) {
            fields.put(name.to_owned(), patch.clone());
        }
        Self {
            first_name,
            last_name,
            email: input.text_patch("email"),
            phone: input.text_patch("phone"),
            dnd: input.patch("dnd").clone().and_then(|flag| flag.as_bool()),
            dnd_settings: input.object_patch("dndSettings"),
            inbound_dnd_settings: input.object_patch("inboundDndSettings"),
            tags: input.texts_patch("tags"),
            custom_fields: entries.iter().filter_map(|entry| CustomFieldValue::read(entry).ok()).collect(),
            fields,
        }
    }

    /// Reads a body that holds a contact's fields alone.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(
        mut body: Map<String, Value>,
        write: Write,
        location: &Location,
    ) -> Result<Self, Vec<FieldError>> {
        let read = form(write).read(location, |field| body.remove(field.name.as_ref()));
        let mut errors: Vec<FieldError> = body.keys().map(|name| FieldError::unknown(name)).collect();
        match read {
            Ok(input) if errors.is_empty() => Ok(Self::of(&input)),
            Ok(_) => Err(errors),
            Err(found) => {
                errors.extend(found);
                Err(errors)
            }
        }
    }

    /// Whether there is anything to know a new contact by: e-mail, phone, first or last name.
    #[must_use]
    pub const fn identifies(&self) -> bool {
        self.email.as_set().is_some()
            || self.phone.as_set().is_some()
            || self.first_name.as_set().is_some()
            || self.last_name.as_set().is_some()
    }
}

/// `firstName` and `lastName` win over `name` where they hold something; else `name` is split at its first
/// blank, and what it does not hold is cleared, so that nobody's name is made of two people's.
fn names(input: &Input) -> (Patch<String>, Patch<String>) {
    let (first, last) = (input.text_patch("firstName"), input.text_patch("lastName"));
    match input.text_patch("name") {
        Patch::Set(name) if first.as_set().or(last.as_set()).is_none() => {
            match name.trim().split_once(char::is_whitespace) {
                Some((first, last)) => (Patch::Set(first.to_owned()), Patch::Set(last.trim().to_owned())),
                None => (Patch::Set(name.trim().to_owned()), Patch::Clear),
            }
        }
        Patch::Clear if !first.is_mentioned() && !last.is_mentioned() => (Patch::Clear, Patch::Clear),
        _ => (first, last),
    }
}

/// What may not be sent by which channel. Channels are kept under the names in `channels`; `v3` writes them in
/// camel case, and either is taken. One that is null is not mentioned.
#[derive(Clone, Copy, Debug)]
struct Channels {
    channels: &'static [&'static str],
    states: &'static [&'static str],
}

impl Channels {
    const OUTBOUND: Self = Self {
        channels: &["Call", "Email", "SMS", "WhatsApp", "GMB", "FB", "RCS"],
        states: &["active", "inactive", "permanent"],
    };
    const INBOUND: Self = Self { channels: &["all"], states: &["active", "inactive"] };

    /// Checks one channel's setting; the error continues behind the channel's name.
    fn setting(&self, setting: Value) -> Result<Value, String> {
        let Value::Object(mut setting) = setting else { return Err(" must be an object".to_owned()) };
        setting.retain(|_, value| !value.is_null());
        if !setting.get("status").and_then(Value::as_str).is_some_and(|status| self.states.contains(&status))
        {
            return Err(format!(".status must be one of the following values: {}", self.states.join(", ")));
        }
        for (name, value) in &setting {
            match name.as_str() {
                "status" | "message" | "code" if value.is_string() => {}
                "message" | "code" => return Err(format!(".{name} must be a string")),
                _ => return Err(format!(".property {name} should not exist")),
            }
        }
        Ok(Value::Object(setting))
    }
}

impl Kind for Channels {
    fn read(&self, raw: Value, at: &At<'_>) -> Result<Value, Vec<FieldError>> {
        let Value::Object(given) = raw else { return at.refuse("must be an object") };
        let (mut settings, mut errors) = (Map::new(), Vec::new());
        for (channel, setting) in given {
            let place = format!("{}.{channel}", at.field);
            let Some(known) = self.channels.iter().find(|known| known.eq_ignore_ascii_case(&channel)) else {
                errors.push(FieldError::new(
                    place,
                    format!("{}.property {channel} should not exist", at.field),
                ));
                continue;
            };
            if setting.is_null() {
                continue;
            }
            match self.setting(setting) {
                Ok(setting) => drop(settings.insert((*known).to_owned(), setting)),
                Err(wrong) => errors.push(FieldError::new(&place, format!("{place}{wrong}"))),
            }
        }
        if errors.is_empty() { Ok(Value::Object(settings)) } else { Err(errors) }
    }

    fn schema(&self) -> Value {
        let setting = json!({
            "type": "object",
            "properties": {
                "status": { "type": "string", "enum": self.states },
                "message": { "type": "string" },
                "code": { "type": "string" },
            },
            "required": ["status"],
        });
        let channels = self.channels.iter().map(|channel| ((*channel).to_owned(), setting.clone()));
        json!({ "type": "object", "properties": channels.collect::<Map<_, _>>() })
    }

    fn control(&self) -> &'static str {
        "channels"
    }

    fn sample(&self) -> Value {
        let channel = self.channels.first().copied().unwrap_or_default();
        json!({ channel: { "status": "active" } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location() -> Location {
        Location {
            id: "loc".into(),
            name: "Home".into(),
            country: "AU".into(),
            timezone: "Australia/Sydney".into(),
            allow_duplicate_contact: false,
            date_added: Timestamp::default(),
        }
    }

    fn read(body: Value, write: Write) -> Result<ContactInput, Vec<String>> {
        let Value::Object(body) = body else { panic!("not an object") };
        let read = ContactInput::read(body, write, &location());
        read.map_err(|errors| errors.into_iter().map(|error| error.message).collect())
    }

    fn birthday(text: &str) -> Result<String, Vec<String>> {
        let input = read(json!({"dateOfBirth": text}), Write::Create)?;
        Ok(input.fields.text("dateOfBirth").unwrap_or_default().to_owned())
    }

    #[test]
    fn a_lone_name_is_split_at_its_first_blank() {
        let input = read(json!({"name": "Ada King Lovelace"}), Write::Create).unwrap();
        assert_eq!(input.first_name, Patch::Set("Ada".into()));
        assert_eq!(input.last_name, Patch::Set("King Lovelace".into()));
        let input = read(json!({"name": "Ada King", "firstName": "A"}), Write::Create).unwrap();
        assert_eq!((input.first_name, input.last_name), (Patch::Set("A".into()), Patch::Keep));
        let nulls = json!({"name": "Ada King", "firstName": null, "lastName": ""});
        let input = read(nulls, Write::Update).unwrap();
        assert_eq!(
            (input.first_name, input.last_name),
            (Patch::Set("Ada".into()), Patch::Set("King".into()))
        );
    }

    #[test]
    fn a_name_of_one_word_leaves_no_one_elses_behind() {
        let input = read(json!({"name": "Cher"}), Write::Update).unwrap();
        assert_eq!((input.first_name, input.last_name), (Patch::Set("Cher".into()), Patch::Clear));
    }

    #[test]
    fn a_blank_name_is_none() {
        for blank in [json!({"name": "  "}), json!({"firstName": " ", "lastName": "\t"})] {
            let input = read(blank, Write::Create).unwrap();
            assert!(!input.identifies(), "{input:?}");
        }
    }

    /// Cases C1 and C4.
    #[test]
    fn names_that_look_alike_are_alike() {
        let body = json!({"name": "Jose\u{301} \u{200b}Pe\u{301}rez", "companyName": "Kiln\u{200b}"});
        let input = read(body, Write::Create).unwrap();
        assert_eq!(input.first_name, Patch::Set("Jos\u{e9}".into()));
        assert_eq!(input.last_name, Patch::Set("P\u{e9}rez".into()));
        assert_eq!(input.fields.text("companyName"), Some("Kiln"));
        assert!(!read(json!({"firstName": "\u{200b}"}), Write::Create).unwrap().identifies());
    }

    /// Case C3.
    #[test]
    fn a_time_zone_is_one_that_there_is() {
        let input = read(json!({"timezone": "america/chihuahua"}), Write::Create).unwrap();
        assert_eq!(input.fields.text("timezone"), Some("America/Chihuahua"));
        let problems = read(json!({"timezone": "Mars/Phobos"}), Write::Create).unwrap_err();
        assert_eq!(problems, ["timezone must be an IANA time zone, like Australia/Sydney"]);
    }

    /// Case R3: what a newer version wrote is kept, and what follows from other fields is not.
    #[test]
    fn a_field_that_is_not_known_is_kept() {
        let document = r#"{"id":"c","locationId":"l","firstName":"Ada","type":"lead","dnd":false,"tags":[],
            "customFields":[],"dateAdded":"2026-11-25T09:00:00.000Z","dateUpdated":"2026-11-25T09:00:00.000Z",
            "shoeSize":{"eu":38},"name":"Ada","firstNameLowerCase":"ada"}"#;
        let contact: Contact = serde_json::from_str(document).unwrap();
        assert_eq!(Value::Object(contact.fields.clone()), json!({"shoeSize": {"eu": 38}}));
        let (again, before): (Value, Value) = (
            serde_json::from_str(&contact.to_document().unwrap()).unwrap(),
            serde_json::from_str(document).unwrap(),
        );
        assert_eq!(again["shoeSize"], before["shoeSize"]);
        assert_eq!(again["name"], "Ada");
    }

    #[test]
    fn gender_cannot_be_updated() {
        assert!(read(json!({"gender": "female"}), Write::Create).is_ok());
        assert_eq!(
            read(json!({"gender": "female"}), Write::Update).unwrap_err(),
            ["property gender should not exist"]
        );
    }

    #[test]
    fn wrong_fields_are_told_one_by_one() {
        let problems =
            read(json!({"email": "ada", "phone": "12", "customFields": {}, "foo": 1}), Write::Upsert)
                .unwrap_err();
        assert_eq!(problems.len(), 4, "{problems:?}");
        assert!(problems.contains(&"customFields must be an array".to_owned()));
    }

    #[test]
    fn birthdays_come_in_eight_forms() {
        for form in [
            "1990/09/25",
            "09/25/1990",
            "1990-09-25",
            "09-25-1990",
            "1990.09.25",
            "09.25.1990",
            "1990_09_25",
            "09_25_1990",
            "1990-09-25T00:00:00.000Z",
        ] {
            assert_eq!(birthday(form).unwrap(), "1990-09-25", "{form}");
        }
        for wrong in ["25/09/1990", "1990", "soon", "1990-02-30", "1990-09-25Tgarbage"] {
            assert!(birthday(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn dnd_channels_have_one_form() {
        let input = read(
            json!({"dndSettings": {"sms": {"status": "active"}, "Email": {"status": "inactive"}}}),
            Write::Create,
        )
        .unwrap();
        let settings = input.dnd_settings.into_option().unwrap();
        assert!(settings.contains_key("SMS") && settings.contains_key("Email"));
    }

    #[test]
    fn dnd_settings_are_checked() {
        let problem = |body: Value| read(body, Write::Update).unwrap_err().join("; ");
        assert_eq!(
            problem(json!({"dndSettings": {"SMS": "foo", "bogus": {}, "Email": {"status": "on"}}})),
            "dndSettings.Email.status must be one of the following values: active, inactive, permanent; \
             dndSettings.SMS must be an object; dndSettings.property bogus should not exist"
        );
        assert_eq!(
            problem(json!({"inboundDndSettings": {"all": {"status": "permanent"}}})),
            "inboundDndSettings.all.status must be one of the following values: active, inactive"
        );
        assert_eq!(
            problem(json!({"dndSettings": {"FB": {"status": "active", "code": 5}}})),
            "dndSettings.FB.code must be a string"
        );
        let nulls =
            json!({"dnd": null, "tags": null, "dndSettings": {"Call": null}, "inboundDndSettings": null});
        let input = read(nulls, Write::Update).unwrap();
        assert_eq!((input.dnd, input.tags), (Patch::Keep, Patch::Keep));
        assert_eq!(input.dnd_settings, Patch::Set(Map::new()));
    }
}
