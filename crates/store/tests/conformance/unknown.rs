//! Case R3: what a newer version stored in a document stays when this one changes it.

use super::{Fixture, both, read};
use serde_json::{Value, json};
use tieline_model::connection::{Mapping, PaythenSettings, Settings, WebhookAuth, WebhookSettings};
use tieline_model::{Cause, note, task};
use tieline_store::clock::SystemEntropy;
use tieline_store::seal::Seal;
use tieline_store::{Param, Procedure, Result, Tx, connections, contacts, locations, notes, tasks};

/// What a newer version might store.
fn news() -> Value {
    json!({"of": ["a", {"newer": "version"}]})
}

/// Statements that read and write the documents of a table.
#[derive(Clone, Copy)]
struct Documents {
    read: &'static str,
    write: &'static str,
}

macro_rules! documents {
    ($table:literal, $column:literal) => {
        Documents {
            read: concat!("SELECT ", $column, " AS doc FROM ", $table, " WHERE id = ?1"),
            write: concat!("UPDATE ", $table, " SET ", $column, " = ?2 WHERE id = ?1"),
        }
    };
}

const CONTACTS: Documents = documents!("contacts", "doc");
const NOTES: Documents = documents!("notes", "doc");
const TASKS: Documents = documents!("tasks", "doc");
const LOCATIONS: Documents = documents!("locations", "doc");
const SETTINGS: Documents = documents!("connections", "settings");

/// Adds a field to a stored document, as a newer version does.
struct AddNews(Documents, String);

impl Procedure for AddNews {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        let mut doc = Stored(self.0, self.1.clone()).run(tx).await?;
        doc["news"] = news();
        tx.execute(self.0.write, &[Param::Text(&self.1), Param::Text(&doc.to_string())]).await.map(|_| ())
    }
}

/// A document as it is stored.
struct Stored(Documents, String);

impl Procedure for Stored {
    type Output = Value;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Value> {
        let doc: Option<String> = tx.value(self.0.read, "doc", &[Param::Text(&self.1)]).await?;
        Ok(serde_json::from_str(&doc.unwrap_or_default())?)
    }
}

async fn add_news(fixture: &Fixture, documents: Documents, id: &impl ToString) {
    fixture.store.write(AddNews(documents, id.to_string())).await.unwrap();
}

/// The stored document, after checking that it kept the news.
async fn kept(fixture: &Fixture, documents: Documents, id: &impl ToString) -> Value {
    let stored = fixture.store.read(Stored(documents, id.to_string())).await.unwrap();
    assert_eq!(stored["news"], news(), "{stored}");
    stored
}

#[test]
fn of_a_contact_with_its_notes_and_tasks() {
    both(async |fixture| {
        let ada = fixture.create(json!({"email": "ada@example.com"})).await.contact.id;
        let ids = || (fixture.location.id.clone(), ada.clone());
        add_news(&fixture, CONTACTS, &ada).await;
        fixture.update(&ada, json!({"city": "Leeds"})).await.unwrap();
        let (location_id, id) = ids();
        let add = contacts::AddTags { location_id, id, tags: vec!["t".into()], cause: Cause::operator() };
        fixture.store.write(add).await.unwrap();
        fixture.upsert(json!({"email": "ada@example.com", "firstName": "Ada"})).await;
        let stored = kept(&fixture, CONTACTS, &ada).await;
        assert_eq!((&stored["city"], &stored["firstName"]), (&json!("Leeds"), &json!("Ada")));

        let (location_id, contact_id) = ids();
        let input = read(&note::form(true), json!({"body": "one"}));
        let create = notes::Create::new(location_id, contact_id, input, Cause::operator());
        let note_id = fixture.store.write(create).await.unwrap().id;
        add_news(&fixture, NOTES, &note_id).await;
        let (location_id, contact_id) = ids();
        let input = read(&note::form(false), json!({"body": "two"}));
        let update =
            notes::Update { location_id, contact_id, id: note_id.clone(), input, cause: Cause::operator() };
        fixture.store.write(update).await.unwrap();
        assert_eq!(kept(&fixture, NOTES, &note_id).await["body"], "two");

        let (location_id, contact_id) = ids();
        let body = json!({"title": "one", "dueDate": "2026-12-01T09:00:00Z", "completed": false});
        let create =
            tasks::Create::new(location_id, contact_id, read(&task::form(true), body), Cause::operator());
        let task_id = fixture.store.write(create).await.unwrap().id;
        add_news(&fixture, TASKS, &task_id).await;
        let (location_id, contact_id) = ids();
        let input = read(&task::form(false), json!({"title": "two"}));
        let update =
            tasks::Update { location_id, contact_id, id: task_id.clone(), input, cause: Cause::operator() };
        fixture.store.write(update).await.unwrap();
        assert_eq!(kept(&fixture, TASKS, &task_id).await["title"], "two");
    });
}

#[test]
fn of_a_location() {
    both(async |fixture| {
        let id = fixture.location.id.clone();
        add_news(&fixture, LOCATIONS, &id).await;
        let (name, country) = (Some("Away".to_owned()), None);
        let (timezone, allow_duplicate_contact) = (None, Some(true));
        let update = locations::Update { id: id.clone(), name, country, timezone, allow_duplicate_contact };
        fixture.store.write(update).await.unwrap();
        let stored = kept(&fixture, LOCATIONS, &id).await;
        assert_eq!((&stored["name"], &stored["allowDuplicateContact"]), (&json!("Away"), &json!(true)));
    });
}

#[test]
fn of_a_connections_settings_and_secrets() {
    both(async |fixture| {
        let (location_id, seal) = (fixture.location.id.clone(), Seal::new(&[7; 32]));
        let connect = |settings: Settings| connections::Create {
            location_id: location_id.clone(),
            name: "Shop".into(),
            settings,
            secret: "a secret".into(),
            seal: seal.clone(),
        };
        let webhook = WebhookSettings { auth: WebhookAuth::Bearer, mapping: Mapping::default() };
        let webhook = fixture.store.write(connect(Settings::Webhook(webhook))).await.unwrap().id;
        add_news(&fixture, SETTINGS, &webhook).await;
        let mapping = Mapping { event: Some("shop.paid".into()), ..Mapping::default() };
        let (id, seal) = (webhook.clone(), seal.clone());
        let remap = connections::Remap { location_id: location_id.clone(), id, mapping, seal: seal.clone() };
        fixture.store.write(remap).await.unwrap();
        assert_eq!(kept(&fixture, SETTINGS, &webhook).await["mapping"]["event"], "shop.paid");

        let paythen = connect(Settings::Paythen(PaythenSettings::default()));
        let paythen = fixture.store.write(paythen).await.unwrap().id;
        add_news(&fixture, SETTINGS, &paythen).await;
        let settings = PaythenSettings { at_risk_after: 5, ..PaythenSettings::default() };
        let (id, seal) = (paythen.clone(), seal.clone());
        let reread =
            connections::Reread { location_id: location_id.clone(), id, settings, seal: seal.clone() };
        fixture.store.write(reread).await.unwrap();
        assert_eq!(kept(&fixture, SETTINGS, &paythen).await["atRiskAfter"], 5);

        let secrets = json!([{"value": "a secret", "news": news()}]).to_string();
        let sealed = seal.close(webhook.as_str(), secrets.as_bytes(), &SystemEntropy::default()).unwrap();
        fixture.store.write(PutSecrets(webhook.to_string(), sealed)).await.unwrap();
        let (secret, grace) = ("another".to_owned(), std::time::Duration::from_secs(60));
        let (id, location_id) = (webhook.clone(), location_id.clone());
        let rotate = connections::Rotate { location_id, id, secret, grace, seal: seal.clone() };
        fixture.store.write(rotate).await.unwrap();
        let got = connections::Get { id: webhook, seal };
        let secrets = fixture.store.read(got).await.unwrap().unwrap().secrets;
        assert_eq!(secrets[1].extra["news"], news());
    });
}

/// Replaces a connection's secrets.
struct PutSecrets(String, Vec<u8>);

impl Procedure for PutSecrets {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        let sql = "UPDATE connections SET secrets = ?2 WHERE id = ?1";
        tx.execute(sql, &[Param::Text(&self.0), Param::Bytes(&self.1)]).await.map(|_| ())
    }
}
