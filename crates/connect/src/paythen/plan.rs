//! What metadata says of a plan. Which keys Paythen writes is not public, so they are settings.

use super::facts::About;
use super::ledger::Enrolment;
use super::objects::MAX_PAYMENTS;
use serde::Serialize;
use tieline_model::connection::PaythenSettings;

/// The value of the first of `keys` that the metadata hold.
pub(super) fn lookup<'a>(keys: &[String], about: &'a About) -> Option<&'a str> {
    let value = |key: &String| about.metadata.iter().find(|(known, _)| known == key);
    let found = keys.iter().filter_map(value).map(|(_, text)| text.trim());
    found.into_iter().find(|text| !text.is_empty())
}

/// Records what an event says of the plan. A number that cannot be read is left out: metadata is the
/// merchant's own text.
pub(super) fn learn(enrolment: &mut Enrolment, about: &About, settings: &PaythenSettings, at: i64) {
    let text = |keys: &[String]| lookup(keys, about).map(str::to_owned);
    let amount = |keys: &[String]| lookup(keys, about).and_then(|text| text.parse::<i64>().ok());
    let name = text(&settings.plan_name_keys).or_else(|| about.plan_name.clone());
    let expected = lookup(&settings.payments_expected_keys, about).and_then(|text| text.parse().ok());
    enrolment.plan_name.learn(name, at);
    enrolment.plan_type.learn(text(&settings.plan_type_keys), at);
    enrolment.total.learn(amount(&settings.total_keys).filter(|amount| *amount > 0), at);
    enrolment.deposit.learn(amount(&settings.deposit_keys).filter(|amount| *amount >= 0), at);
    enrolment.expected.learn(expected.filter(|count| (1..=MAX_PAYMENTS).contains(count)), at);
    enrolment.order_reference.learn(text(&settings.order_reference_keys), at);
    enrolment.currency.learn(about.currency.clone(), at);
    enrolment.interval.learn(about.interval.clone(), at);
}

/// The metadata that no setting gives a meaning to: the merchant's own fields.
pub(super) fn custom_fields<'a>(about: &'a About, settings: &PaythenSettings) -> CustomFields<'a> {
    let read = [
        &settings.payments_expected_keys,
        &settings.total_keys,
        &settings.plan_name_keys,
        &settings.plan_type_keys,
        &settings.deposit_keys,
        &settings.order_reference_keys,
    ];
    let own = about.metadata.iter().filter(|(key, _)| !read.iter().any(|keys| keys.contains(key)));
    CustomFields(own.map(|(key, value)| (key.as_str(), value.as_str())).collect())
}

/// Pairs that are written as an object, in their order.
pub(super) struct CustomFields<'a>(pub(super) Vec<(&'a str, &'a str)>);

impl Serialize for CustomFields<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

impl Enrolment {
    /// How many payments the plan has, where that is known: as metadata say, else as many as fit before the
    /// end that is set, else one for a plan whose type says so. The end counts from the first billing day;
    /// `before_first_due` payments came in before it, for a part of a period.
    pub(super) fn payments_expected(&self, before_first_due: u32) -> Option<u32> {
        let until_end = self.until_end.get().copied().filter(|count| *count > 0);
        let until_end = until_end.map(|count| count.saturating_add(before_first_due));
        self.expected.get().copied().or(until_end).or_else(|| self.is_one_off().then_some(1))
    }

    fn is_one_off(&self) -> bool {
        let letters = |text: &String| -> String {
            text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
        };
        let kind = self.plan_type.get().map(letters);
        matches!(kind.as_deref(), Some("oneoff" | "onetime" | "payinfull"))
    }
}
