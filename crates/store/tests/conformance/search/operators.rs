//! Every operator on every kind of field, against the oracle: before the writes are folded into a segment,
//! after, and with some of the segment's contacts changed and deleted since.

use super::oracle::{Asked, Named};
use super::{body, everything, ids};
use crate::support::{Fixture, both};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tieline_model::{Cause, ContactId, Timestamp};
use tieline_store::contacts;
use tieline_store::search::{Bound, Field, Operand};

const TEXTS: [&str; 12] = [
    "José",
    "Jose\u{301}",
    "jose",
    "Ada Lovelace",
    "Straße",
    "STRASSE 1",
    "Bob Smith",
    "Smithson",
    "blacksmith",
    "İzmir",
    "O'Neil",
    "a",
];
const PHONES: [&str; 4] = ["+61412777888", "+14155552671", "+61412777999", "+4917612345699"];
const DAYS: [&str; 3] = ["1990-09-25", "2001-01-01", "1969-07-20"];
const NEEDLES: [&str; 20] = [
    "jose",
    "JOSÉ",
    "smith",
    "smit",
    "mith",
    "sm",
    "s",
    "strasse",
    "ada lovelace",
    "a l",
    "zmir",
    "0412 777 888",
    "(415)",
    "+61 412",
    "777",
    "example.com",
    "@example",
    "nobody",
    "vip",
    "'",
];

/// The fields that a test's contacts have.
struct Fields {
    text: Field,
    number: Field,
    day: Field,
}

fn contact(fields: &Fields) -> impl Strategy<Value = Value> {
    let text = || proptest::option::of(select(&TEXTS[..])).prop_map(|text| text.map(Value::from));
    let id =
        |field: &Field| format!("{field:?}").split('.').nth(1).unwrap().trim_end_matches("\")").to_owned();
    let custom = (id(&fields.text), id(&fields.number), id(&fields.day));
    let names = (text(), text(), text(), text());
    let tags = proptest::collection::vec(select(vec!["vip", "new", "smith's", "Köln"]), 0..3);
    let phone = proptest::option::of(select(&PHONES[..]));
    let day = proptest::option::of(select(&DAYS[..]));
    (
        names,
        tags,
        phone,
        day,
        any::<u32>(),
        text(),
        proptest::option::of(-3..3),
        proptest::option::of(select(&DAYS[..])),
    )
        .prop_map(move |((first, last, city, company), tags, phone, day, n, text, number, other)| {
            let value = |id: &str, value: Value| json!({"id": id, "value": value});
            let set = [
                text.map(|text| value(&custom.0, text)),
                number.map(|number| value(&custom.1, json!(f64::from(number) * 1.5))),
                other.map(|day| value(&custom.2, json!(day))),
            ];
            body(&[
                ("firstName", first),
                ("lastName", last),
                ("city", city),
                ("companyName", company),
                ("tags", Some(json!(tags))),
                ("phone", phone.map(Value::from)),
                ("dateOfBirth", day.map(Value::from)),
                ("email", Some(json!(format!("u{}.{n}@Example.com", n % 7)))),
                ("dnd", Some(json!(n % 2 == 0))),
                ("customFields", Some(json!(set.into_iter().flatten().collect::<Vec<_>>()))),
            ])
        })
}

fn filter(fields: &Fields) -> impl Strategy<Value = Asked> + use<> {
    let named = |name: &str, path: &str| Named { field: Field::named(name), path: path.to_owned() };
    let custom = |field: &Field| {
        let path = format!("{field:?}").trim_start_matches("Field(\"").trim_end_matches("\")").to_owned();
        Named { field: field.clone(), path }
    };
    let texts = vec![
        named("firstNameLowerCase", "firstName"),
        named("contactName", "name"),
        named("city", "city"),
        named("companyName", "companyName"),
        named("phone", "phone"),
        named("email", "email"),
        named("tags", "tags"),
        custom(&fields.text),
    ];
    let mut all = texts.clone();
    all.extend([named("dateOfBirth", "dateOfBirth"), named("dnd", "dnd"), custom(&fields.number)]);
    let words: Vec<&str> =
        TEXTS.iter().chain(&NEEDLES).chain(&PHONES).chain(&["VIP", "köln"]).copied().collect();
    let word = move || select(words.clone()).prop_map(str::to_owned);
    let days =
        vec![named("dateOfBirth", "dateOfBirth"), custom(&fields.day), named("dateAdded", "dateAdded")];
    let day = select(&DAYS[..]).prop_map(|day| Operand::Time(Timestamp::parse(day).unwrap()));
    let number = (-3..3_i32).prop_map(|number| Operand::Number(f64::from(number) * 1.5));
    let bound = |value: BoxedStrategy<Operand>| {
        proptest::option::of(
            (any::<bool>(), value)
                .prop_map(|(with, value)| if with { Bound::With(value) } else { Bound::Without(value) }),
        )
    };
    let (day, number) = (day.boxed(), number.boxed());
    let leaf = prop_oneof![
        (select(texts.clone()), word()).prop_map(|(field, text)| Asked::Equals(field, Operand::Text(text))),
        any::<bool>().prop_map(move |flag| Asked::Equals(named("dnd", "dnd"), Operand::Flag(flag))),
        (Just(custom(&fields.number)), number.clone()).prop_map(|(field, value)| Asked::Equals(field, value)),
        (select(texts), word()).prop_map(|(field, text)| Asked::Contains(field, text)),
        select(all).prop_map(Asked::Exists),
        (select(days), bound(day.clone()), bound(day)).prop_map(|(field, a, b)| Asked::Range(field, a, b)),
        (Just(custom(&fields.number)), bound(number.clone()), bound(number))
            .prop_map(|(field, a, b)| Asked::Range(field, a, b)),
        word().prop_map(Asked::Query),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Asked::And),
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Asked::Or),
            inner.prop_map(|one| Asked::Not(Box::new(one))),
        ]
    })
}

async fn check(fixture: &Fixture, filters: &[Asked], when: &str) {
    let all = fixture.find(everything()).await;
    let docs: Vec<(ContactId, Value)> =
        all.contacts.iter().map(|hit| (hit.id.clone(), serde_json::from_str(&hit.doc).unwrap())).collect();
    for asked in filters {
        let mut expected: Vec<ContactId> =
            docs.iter().filter(|(_, doc)| asked.holds(doc)).map(|(id, _)| id.clone()).collect();
        expected.sort();
        let found = fixture.find(asked.filter()).await;
        assert_eq!(ids(&found), expected, "{when}: {asked:?}");
        assert_eq!(found.total, i64::try_from(expected.len()).unwrap(), "{when}: {asked:?}");
    }
}

#[test]
fn every_operator_finds_what_reading_every_contact_finds() {
    both(async |fixture| {
        let fixture = Fixture { location: fixture.new_location(true).await, ..fixture };
        let fields = Fields {
            text: fixture.custom_field("Text", "TEXT").await,
            number: fixture.custom_field("Number", "NUMERICAL").await,
            day: fixture.custom_field("Day", "DATE").await,
        };
        let mut runner = TestRunner::deterministic();
        let mut some = |count: usize| -> Vec<Value> {
            (0..count).map(|_| contact(&fields).new_tree(&mut runner).unwrap().current()).collect()
        };
        let (first, later) = (some(120), some(40));
        let asked = filter(&fields);
        let mut runner = TestRunner::deterministic();
        let filters: Vec<Asked> = (0..150).map(|_| asked.new_tree(&mut runner).unwrap().current()).collect();

        let mut created = Vec::new();
        for body in first {
            created.push(fixture.create(body).await.contact.id);
        }
        check(&fixture, &filters, "not folded").await;
        fixture.store.tidy_search().await.unwrap();
        check(&fixture, &filters, "folded").await;
        for (id, mut body) in created.iter().zip(&later).map(|(id, body)| (id, body.clone())) {
            body.as_object_mut().unwrap().remove("phone");
            fixture.update(id, body).await.unwrap();
        }
        for id in &created[60..80] {
            let (location_id, cause) = (fixture.location.id.clone(), Cause::operator());
            fixture.store.write(contacts::Delete { location_id, id: id.clone(), cause }).await.unwrap();
        }
        check(&fixture, &filters, "changed since").await;
        fixture.store.tidy_search().await.unwrap();
        check(&fixture, &filters, "folded twice").await;
        let reopened = fixture.reopen().await;
        check(&reopened, &filters, "opened again").await;
    });
}
