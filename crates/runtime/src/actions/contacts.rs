//! `contacts.…`: creating, finding and changing contacts.

use super::{Call, Done, local, optional};
use serde_json::{Value, json};
use tieline_engine::{ActionSpec, FieldSpec};
use tieline_model::contact::{ContactInput, Write};
use tieline_model::{ContactId, Refusal, text};
use tieline_store::{Procedure, Result, Tx, contacts};

const FIELDS: &[FieldSpec] = &[
    optional("email", "the e-mail address"),
    optional("phone", "the phone number, with its country code"),
    optional("name", "the whole name"),
    optional("firstName", "the given name"),
    optional("lastName", "the family name"),
    optional("companyName", "the business that the person works for"),
    optional("address1", "street and number"),
    optional("city", "the town"),
    optional("state", "the state or province"),
    optional("country", "the country, as two letters"),
    optional("postalCode", "the postal code"),
    optional("website", "a web address"),
    optional("timezone", "the time zone, like Australia/Sydney"),
    optional("gender", "the gender"),
    optional("dateOfBirth", "the birthday, like 1990-09-25"),
    optional("source", "where the contact came from"),
    optional("assignedTo", "the user who looks after the contact"),
    optional("dnd", "whether nothing may be sent to the person"),
    optional("dndSettings", "what may not be sent by which channel"),
    optional("inboundDndSettings", "what the person asked not to be sent"),
    optional("tags", "the whole set of tags"),
    optional("customFields", "values of custom fields, each with an id or a key"),
];

pub(super) const CREATE: ActionSpec = local("contacts.create-contact", false, FIELDS);
pub(super) const UPSERT: ActionSpec = local("contacts.upsert-contact", false, FIELDS);
pub(super) const UPDATE: ActionSpec = local("contacts.update-contact", true, FIELDS);
pub(super) const DELETE: ActionSpec = local("contacts.delete-contact", true, &[]);
pub(super) const GET: ActionSpec = local("contacts.get-contact", true, &[]);
pub(super) const FIND: ActionSpec = local(
    "contacts.get-duplicate-contact",
    false,
    &[
        optional("email", "the e-mail address to look for"),
        optional("number", "the phone number to look for"),
    ],
);

pub(super) const FIND_BY_EXTERNAL_ID: ActionSpec = local(
    "contacts.get-contact-by-external-id",
    false,
    &[optional(
        "externalId",
        "the id in the other system, like stripe:cus_…; the event's customer if left out",
    )],
);

fn input(call: &mut Call<'_>, write: Write) -> Result<ContactInput> {
    let location = call.location;
    call.read(|fields| ContactInput::read(fields, write, location))
}

pub(super) async fn create(tx: &mut Tx<'_>, mut call: Call<'_>) -> Result<Done> {
    let wants_output = call.wants_output;
    let input = input(&mut call, Write::Create)?;
    let create = contacts::Create { location: call.location.clone(), input, cause: call.cause };
    let written = create.run(tx).await?;
    if let Some(subject) = contacts::Subject::of(call.event) {
        subject.link(tx, call.location, &create.input, &written.contact.id).await?;
    }
    told("created", &written, wants_output.then(|| json!({ "new": true })))
}

pub(super) async fn upsert(tx: &mut Tx<'_>, mut call: Call<'_>) -> Result<Done> {
    let wants_output = call.wants_output;
    let input = input(&mut call, Write::Upsert)?;
    to_be_found_by(input.email.as_set().is_some() || input.phone.as_set().is_some(), "phone")?;
    let location = call.location.clone();
    let subject = contacts::Subject::of(call.event);
    let upsert = contacts::Upsert { location, input, always_new: false, subject, cause: call.cause };
    let upserted = upsert.run(tx).await?;
    let verb = if upserted.new { "created" } else { changed(&upserted.written) };
    told(verb, &upserted.written, wants_output.then(|| json!({ "new": upserted.new })))
}

pub(super) async fn update(tx: &mut Tx<'_>, mut call: Call<'_>) -> Result<Done> {
    let id = call.contact_id();
    let wants_output = call.wants_output;
    let input = input(&mut call, Write::Update)?;
    let update = contacts::Update { location: call.location.clone(), id, input, cause: call.cause };
    let written = update.run(tx).await?;
    told(changed(&written), &written, wants_output.then(|| json!({})))
}

pub(super) async fn delete(tx: &mut Tx<'_>, mut call: Call<'_>) -> Result<Done> {
    let (location_id, id) = (call.location.id.clone(), call.contact_id());
    let did = format!("contact {id} deleted");
    contacts::Delete { location_id, id, cause: call.cause }.run(tx).await?;
    Ok(Done { output: json!({ "succeded": true, "succeeded": true }), contact_id: None, did })
}

pub(super) async fn get(tx: &mut Tx<'_>, mut call: Call<'_>) -> Result<Done> {
    let (location_id, id) = (call.location.id.clone(), call.contact_id());
    let found = contacts::Get { location_id, id: id.clone() }.run(tx).await?;
    let contact = found.map(|doc| serde_json::from_str::<Value>(&doc)).transpose()?;
    let contact_id = contact.is_some().then_some(id);
    let did = if contact.is_some() { "contact read" } else { "contact not found" };
    Ok(Done { output: json!({ "contact": contact }), contact_id, did: did.to_owned() })
}

pub(super) async fn find(tx: &mut Tx<'_>, mut call: Call<'_>) -> Result<Done> {
    let country = call.location.country.clone();
    let (email, phone) = call.read(|fields| {
        let email = fields.string("email").into_option();
        (email, fields.string("number").read(fields, |number| text::phone(number, &country)).into_option())
    })?;
    to_be_found_by(email.is_some() || phone.is_some(), "number")?;
    let location_id = call.location.id.clone();
    let found = contacts::FindDuplicate { location_id, email, phone }.run(tx).await?;
    answer_found(found)
}

pub(super) async fn find_by_external_id(tx: &mut Tx<'_>, mut call: Call<'_>) -> Result<Done> {
    let given = call.read(|fields| fields.string("externalId").into_option())?;
    let own = || contacts::Subject::of(call.event).map(|subject| subject.external_id().to_owned());
    let external_id = given.or_else(own).ok_or_else(|| {
        let message =
            "`externalId` is empty and the event names no customer; give an id such as stripe:cus_…";
        Refusal::Invalid(vec![message.to_owned()])
    })?;
    let location_id = call.location.id.clone();
    answer_found(contacts::FindByExternalId { location_id, external_id }.run(tx).await?)
}

fn answer_found(found: Option<String>) -> Result<Done> {
    let contact = found.map(|doc| serde_json::from_str::<Value>(&doc)).transpose()?;
    let contact_id = contact.as_ref().and_then(|contact| contact["id"].as_str()).map(ContactId::from);
    let did = contact_id.as_ref().map_or("no contact found".to_owned(), |id| format!("contact {id} found"));
    Ok(Done { output: json!({ "contact": contact }), contact_id, did })
}

/// Refuses where there is nothing to find a contact by, in the words of a step rather than of a request.
fn to_be_found_by(given: bool, other: &str) -> Result<()> {
    if given {
        return Ok(());
    }
    let message = format!("`email` and `{other}` are both empty; give one of them to find the contact by");
    Err(Refusal::Invalid(vec![message]).into())
}

const fn changed(written: &contacts::Written) -> &'static str {
    if written.changed { "updated" } else { "unchanged" }
}

/// Reading the document again costs more than the rest of a step, so it is done for who looks at it only.
fn told(verb: &str, written: &contacts::Written, output: Option<Value>) -> Result<Done> {
    let output = match output {
        None => Value::Null,
        Some(mut output) => {
            output["contact"] = serde_json::from_str(&written.doc)?;
            output
        }
    };
    let mut did = format!("contact {} {verb}", written.contact.id);
    for warning in &written.warnings {
        did.push_str("; ");
        did.push_str(warning);
    }
    Ok(Done { output, contact_id: Some(written.contact.id.clone()), did })
}
