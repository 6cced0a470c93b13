//! Actions on Tieline's own data. Each is an operation of the store, run in the transaction of the run's
//! checkpoint, and takes what the same operation of the API takes as its body.

mod contacts;
mod notes;
mod tags;
mod tasks;

use serde_json::{Map, Value};
use tieline_engine::{ActionSpec, Class, FieldSpec};
use tieline_model::fields::Fields;
use tieline_model::{Cause, ContactId, Event, Location, Refusal};
use tieline_store::{Result, Tx};

/// Lists the actions and finds one by its key: an action is a spec and a function.
macro_rules! actions {
    ($($module:ident: $spec:ident => $perform:ident,)*) => {
        /// The specs of all local actions.
        pub(crate) const ALL: &[&ActionSpec] = &[$(&$module::$spec),*];

        /// Performs a local action. It refuses before its first write, so a refusal leaves nothing behind.
        pub(crate) async fn perform(tx: &mut Tx<'_>, key: &str, call: Call<'_>) -> Result<Done> {
            $(if key == $module::$spec.key {
                return $module::$perform(tx, call).await;
            })*
            Err(Refusal::NotFound { what: "Action", id: key.to_owned() }.into())
        }
    };
}

actions! {
    contacts: CREATE => create,
    contacts: UPSERT => upsert,
    contacts: UPDATE => update,
    contacts: DELETE => delete,
    contacts: GET => get,
    contacts: FIND => find,
    contacts: FIND_BY_EXTERNAL_ID => find_by_external_id,
    tags: ADD => add,
    tags: REMOVE => remove,
    notes: CREATE => create,
    notes: UPDATE => update,
    notes: DELETE => delete,
    tasks: CREATE => create,
    tasks: UPDATE => update,
    tasks: COMPLETE => complete,
    tasks: DELETE => delete,
}

/// One performance of an action.
pub(crate) struct Call<'a> {
    pub(crate) location: &'a Location,
    pub(crate) cause: Cause,
    /// The event that started the run.
    pub(crate) event: &'a Event,
    pub(crate) input: Map<String, Value>,
    /// Whether anybody will look at the output.
    pub(crate) wants_output: bool,
}

/// What an action gave.
#[derive(Debug)]
pub(crate) struct Done {
    /// What a later expression finds as `steps.<id>`.
    pub(crate) output: Value,
    /// The contact that the run is about from now on.
    pub(crate) contact_id: Option<ContactId>,
    /// What was done, in a few words, for the run's history.
    pub(crate) did: String,
}

impl Call<'_> {
    /// Takes the contact that the action is on; the engine puts the run's contact here.
    fn contact_id(&mut self) -> ContactId {
        ContactId::from(self.id("contactId"))
    }

    /// Takes an id; one that is missing is not found later, with a message that says so.
    fn id(&mut self, name: &str) -> String {
        match self.input.remove(name) {
            Some(Value::String(id)) => id,
            _ => String::new(),
        }
    }

    /// Reads the other fields with the rules of the API. A field that came out empty counts as not given: in
    /// a workflow it means that the event did not tell, not that what is known is to be cleared.
    fn read<T>(&mut self, read: impl FnOnce(&mut Fields) -> T) -> Result<T> {
        let mut given = std::mem::take(&mut self.input);
        given.retain(|_, value| !value.is_null() && value != "");
        let mut fields = Fields::rendered(given);
        let value = read(&mut fields);
        fields.finish().map_err(Refusal::Invalid)?;
        Ok(value)
    }
}

/// A spec of an action on Tieline's own data. It is tried once: what is refused would be refused again.
const fn local(key: &'static str, on_contact: bool, fields: &'static [FieldSpec]) -> ActionSpec {
    ActionSpec { key, class: Class::Local, on_contact, fields, attempts: 1 }
}

const fn required(name: &'static str, summary: &'static str) -> FieldSpec {
    FieldSpec { name, required: true, summary }
}

const fn optional(name: &'static str, summary: &'static str) -> FieldSpec {
    FieldSpec { name, required: false, summary }
}
