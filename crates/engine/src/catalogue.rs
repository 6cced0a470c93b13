//! What the engine has to know of actions and events; the catalogue itself lives elsewhere.

use std::collections::BTreeSet;

/// The actions and events that documents may name.
pub trait Catalogue {
    /// The action of that key (`contacts.add-tags`).
    fn action(&self, key: &str) -> Option<ActionSpec>;

    /// The keys of all actions, for suggestions.
    fn keys(&self) -> Vec<&str>;

    /// Whether a trigger or a wait may name this kind of event. A catalogue that lets webhooks send kinds of
    /// their own says yes to those too.
    fn is_event(&self, kind: &str) -> bool;

    /// The kinds of events that are known by name, for suggestions.
    fn events(&self) -> Vec<&str>;

    /// The member of such an event's payload that says which of a person's plans, tasks or the like it is about:
    /// `plan.id`. A wait takes only events about the one that the run is about.
    fn identity(&self, kind: &str) -> Option<&'static str>;

    /// The members that every contact may have. Others that expressions read are custom fields.
    fn contact_members(&self) -> BTreeSet<String>;
}

/// An action of the catalogue.
#[derive(Clone, Debug)]
pub struct ActionSpec {
    /// Its key: `module.opcode-id`.
    pub key: &'static str,
    /// Where its effects are.
    pub class: Class,
    /// Whether it changes nothing. A list that it returns is not one of things that the run has handled.
    pub is_reading: bool,
    /// Whether it acts on a contact: `contactId` is then the run's contact unless the step gives it.
    pub on_contact: bool,
    /// What its input may have.
    pub fields: Vec<FieldSpec>,
    /// How often it is tried unless the step says otherwise; one at least.
    pub attempts: u32,
}

/// Where an action's effects are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// In Tieline's own data: it commits together with its checkpoint.
    Local,
    /// Outside: at least once, with an idempotency key and an input that stay the same over retries.
    Remote,
}

/// A field of an action's input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldSpec {
    /// Its name, as in `with`.
    pub name: String,
    /// Whether a step has to give it.
    pub required: bool,
    /// What it is, in a few words that continue a sentence: `the tags to add`.
    pub summary: String,
}
