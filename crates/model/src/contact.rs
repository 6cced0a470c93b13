//! Contacts: what is known of a person, and what a client may say of one.

use crate::custom_field::CustomFieldValue;
use crate::fields::{Fields, Patch};
use crate::id::{ContactId, CustomFieldId, LocationId};
use crate::location::Location;
use crate::text;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A contact, named field by field as HighLevel names them.
///
/// It is stored as the JSON document that [`Contact::to_document`] makes, which is also what the API answers
/// under the date versions, so that reading one costs little more than copying its bytes.
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
    /// The business that the person works for, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company_name: Option<String>,
    /// Street and number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address1: Option<String>,
    /// Town.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// State or province.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// ISO 3166 alpha-2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// Web address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// IANA name of the person's time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Gender, in free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    /// `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_of_birth: Option<String>,
    /// Where the contact came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// `lead` or `customer`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The user who looks after the contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<String>,
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
}

/// A custom field's value on a contact.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SetField {
    /// The field.
    pub id: CustomFieldId,
    /// Its value.
    pub value: Value,
}

impl Contact {
    /// First and last name together, where there is any.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        match (&self.first_name, &self.last_name) {
            (Some(first), Some(last)) => Some(format!("{first} {last}")),
            (Some(one), None) | (None, Some(one)) => Some(one.clone()),
            (None, None) => None,
        }
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
        let derived = [
            (",\"firstNameLowerCase\":", lower(&self.first_name)),
            (",\"lastNameLowerCase\":", lower(&self.last_name)),
            (",\"fullNameLowerCase\":", lower(&name)),
            (",\"emailLowerCase\":", lower(&self.email)),
            (",\"name\":", name),
        ];
        for (field, text) in derived {
            if let Some(text) = text {
                document.extend_from_slice(field.as_bytes());
                serde_json::to_writer(&mut document, &text)?;
            }
        }
        document.push(b'}');
        String::from_utf8(document).map_err(serde::ser::Error::custom)
    }

    /// The text that `query` of a list looks in: name, e-mail, phone, company and tags, in lower case.
    #[must_use]
    pub fn search_text(&self) -> String {
        let mut text = String::new();
        let name = self.name();
        let parts = [&name, &self.email, &self.phone, &self.company_name];
        for part in parts.into_iter().flatten().chain(&self.tags) {
            text.push_str(&part.to_lowercase());
            text.push('\n');
        }
        text
    }
}

/// Which write a body is for: the fields that are allowed differ.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Write {
    /// `POST /contacts/`.
    Create,
    /// `PUT /contacts/{id}`.
    Update,
    /// `POST /contacts/upsert`.
    Upsert,
}

/// What a client says of a contact; what it leaves out stays as it is.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ContactInput {
    /// See [`Contact::first_name`].
    pub first_name: Patch<String>,
    /// See [`Contact::last_name`].
    pub last_name: Patch<String>,
    /// See [`Contact::email`]; looks like an e-mail address.
    pub email: Patch<String>,
    /// See [`Contact::phone`]; in E.164.
    pub phone: Patch<String>,
    /// See [`Contact::company_name`].
    pub company_name: Patch<String>,
    /// See [`Contact::address1`].
    pub address1: Patch<String>,
    /// See [`Contact::city`].
    pub city: Patch<String>,
    /// See [`Contact::state`].
    pub state: Patch<String>,
    /// See [`Contact::country`].
    pub country: Patch<String>,
    /// See [`Contact::postal_code`].
    pub postal_code: Patch<String>,
    /// See [`Contact::website`].
    pub website: Patch<String>,
    /// See [`Contact::timezone`].
    pub timezone: Patch<String>,
    /// See [`Contact::gender`].
    pub gender: Patch<String>,
    /// See [`Contact::date_of_birth`].
    pub date_of_birth: Patch<String>,
    /// See [`Contact::source`].
    pub source: Patch<String>,
    /// See [`Contact::assigned_to`].
    pub assigned_to: Patch<String>,
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
}

impl ContactInput {
    /// Reads the fields of a write. `locationId` and `createNewIfDuplicateAllowed` are the caller's to read
    /// before.
    pub fn read(fields: &mut Fields, write: Write, location: &Location) -> Self {
        fields.ignore_nulls(&["dnd", "dndSettings", "inboundDndSettings", "tags", "customFields"]);
        let (first_name, last_name) = names(fields);
        let gender = match write {
            Write::Update => Patch::Keep,
            Write::Create | Write::Upsert => fields.string("gender"),
        };
        let email = fields.string("email").read(fields, |email| text::email(email));
        let phone = fields.string("phone").read(fields, |phone| text::phone(phone, &location.country));
        let dnd_settings = dnd(fields, "dndSettings", &CHANNELS, &["active", "inactive", "permanent"]);
        let inbound_dnd_settings = dnd(fields, "inboundDndSettings", &["all"], &["active", "inactive"]);
        let date_of_birth = fields.string("dateOfBirth").read(fields, |date| birthday(date));
        let tags = fields.strings("tags").read(fields, |tags| Ok(text::tags(tags)));
        Self {
            first_name,
            last_name,
            email,
            phone,
            gender,
            date_of_birth,
            dnd_settings,
            inbound_dnd_settings,
            tags,
            company_name: name(fields, "companyName"),
            address1: fields.string("address1"),
            city: fields.string("city"),
            state: fields.string("state"),
            country: fields.string("country").read(fields, |country| country_code(country)),
            postal_code: fields.string("postalCode"),
            website: fields.string("website"),
            timezone: fields.string("timezone").read(fields, |zone| text::timezone(zone)),
            source: fields.string("source"),
            assigned_to: fields.string("assignedTo"),
            dnd: fields.boolean("dnd"),
            custom_fields: custom_fields(fields),
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
fn names(fields: &mut Fields) -> (Patch<String>, Patch<String>) {
    let [first, last, whole] = ["firstName", "lastName", "name"].map(|field| name(fields, field));
    match whole {
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

/// Takes a name in its stored form; one of which nothing is left clears.
fn name(fields: &mut Fields, field: &str) -> Patch<String> {
    match fields.words(field) {
        Patch::Set(text) => match text::name(&text) {
            name if name.is_empty() => Patch::Clear,
            name => Patch::Set(name.into_owned()),
        },
        other => other,
    }
}

fn custom_fields(fields: &mut Fields) -> Vec<CustomFieldValue> {
    let mut values = Vec::new();
    for entry in fields.array("customFields").into_option().unwrap_or_default() {
        match CustomFieldValue::read(&entry) {
            Ok(value) => values.push(value),
            Err(what) => fields.problem(format!("each value in customFields {what}")),
        }
    }
    values
}

/// The channels as the date versions name them.
const CHANNELS: [&str; 7] = ["Call", "Email", "SMS", "WhatsApp", "GMB", "FB", "RCS"];

/// Reads what may not be sent by which channel. Channels come out under the names in `channels`; `v3` writes
/// them in camel case, and either is taken. One that is null is not mentioned.
fn dnd(fields: &mut Fields, name: &str, channels: &[&str], states: &[&str]) -> Patch<Map<String, Value>> {
    let Patch::Set(given) = fields.object(name) else { return Patch::Keep };
    let mut settings = Map::new();
    for (channel, setting) in given {
        let Some(known) = channels.iter().find(|known| known.eq_ignore_ascii_case(&channel)) else {
            fields.problem(format!("{name}.property {channel} should not exist"));
            continue;
        };
        if setting.is_null() {
            continue;
        }
        match dnd_setting(setting, states) {
            Ok(setting) => drop(settings.insert((*known).to_owned(), setting)),
            Err(problem) => fields.problem(format!("{name}.{channel}{problem}")),
        }
    }
    Patch::Set(settings)
}

/// Checks one channel's setting; the error goes on behind the channel's name.
fn dnd_setting(setting: Value, states: &[&str]) -> Result<Value, String> {
    let Value::Object(mut setting) = setting else { return Err(" must be an object".to_owned()) };
    setting.retain(|_, value| !value.is_null());
    if !setting.get("status").and_then(Value::as_str).is_some_and(|status| states.contains(&status)) {
        return Err(format!(".status must be one of the following values: {}", states.join(", ")));
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

fn country_code(country: &str) -> Result<String, String> {
    let code = country.trim().to_uppercase();
    if code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        Ok(code)
    } else {
        Err("country must be a valid ISO31661 Alpha2 code".to_owned())
    }
}

/// Reads a date in a form that [`text::date`] takes, or a full ISO 8601 time, and gives it back as
/// `YYYY-MM-DD`.
fn birthday(text: &str) -> Result<String, String> {
    let text = text.trim();
    let day = match text.split_once('T') {
        Some((day, _)) if Timestamp::parse(text).is_ok() => day,
        _ => text,
    };
    let date = text::date(day).filter(|date| date.year() >= 1800).map(|date| date.to_string());
    date.ok_or_else(|| "dateOfBirth must be a valid date, like 1990-09-25 or 09/25/1990".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
        let Value::Object(map) = body else { panic!("not an object") };
        let mut fields = Fields::new(map);
        let input = ContactInput::read(&mut fields, write, &location());
        fields.finish().map(|()| input)
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
        assert_eq!(input.company_name, Patch::Set("Kiln".into()));
        assert!(!read(json!({"firstName": "\u{200b}"}), Write::Create).unwrap().identifies());
    }

    /// Case C3.
    #[test]
    fn a_time_zone_is_one_that_there_is() {
        let input = read(json!({"timezone": "america/chihuahua"}), Write::Create).unwrap();
        assert_eq!(input.timezone, Patch::Set("America/Chihuahua".into()));
        let problems = read(json!({"timezone": "Mars/Phobos"}), Write::Create).unwrap_err();
        assert_eq!(problems, ["timezone must be an IANA time zone, like Australia/Sydney"]);
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
            assert_eq!(birthday(form).as_deref(), Ok("1990-09-25"), "{form}");
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
