use super::{Contact, ContactInput, Write};
use crate::form::Patch;
use crate::location::Location;
use crate::time::Timestamp;
use serde_json::{Map, Value, json};

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
    assert_eq!((input.first_name, input.last_name), (Patch::Set("Ada".into()), Patch::Set("King".into())));
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

/// Written by a version without limits.
#[test]
fn of_long_and_many_values_the_first_are_searched() {
    let mut contact = Contact::new("c".into(), "l".into(), Timestamp::default());
    contact.first_name = Some("\u{fdfa}".repeat(340_000));
    contact.email = Some("ada@example.com".to_owned());
    contact.tags = (0..50_000).map(|n| format!("tag {n}")).collect();
    let text = contact.search_text();
    assert!(text.len() < 110_000, "{}", text.len());
    assert!(text.contains("Eada@example.com\n") && text.contains("Ttag 100\n"));
}

#[test]
fn a_country_is_one_that_there_is() {
    let country = |code: &str| read(json!({"country": code}), Write::Create);
    for (given, kept) in [("au", "AU"), ("UK", "GB"), ("BV", "BV")] {
        assert_eq!(country(given).unwrap().fields.text("country"), Some(kept));
    }
    for wrong in ["XX", "A", "AUS", "1A"] {
        assert_eq!(country(wrong).unwrap_err(), ["country must be a valid ISO31661 Alpha2 code"], "{wrong}");
    }
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
    let problems = read(json!({"email": "ada", "phone": "12", "customFields": {}, "foo": 1}), Write::Upsert)
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
    let nulls = json!({"dnd": null, "tags": null, "dndSettings": {"Call": null}, "inboundDndSettings": null});
    let input = read(nulls, Write::Update).unwrap();
    assert_eq!((input.dnd, input.tags), (Patch::Keep, Patch::Keep));
    assert_eq!(input.dnd_settings, Patch::Set(Map::new()));
}
