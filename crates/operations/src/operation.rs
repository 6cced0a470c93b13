use crate::answer::{Answer, Part};
use crate::call::Call;
use crate::shape::Shape;
use crate::version::Version;
use ::http::Method;
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use tieline_connect::http::{Client, Request, RequestFailure, Response};
use tieline_model::form::{Door, Field, Form, Place};
use tieline_model::{Refusal, Scope, Timestamp};
use tieline_store::{Error, Procedure, Result, Tx};

/// Something that a client, or a step of a workflow, can ask for.
#[derive(Debug)]
pub struct Operation {
    /// `module.operation-id`, as in HighLevel's documents: `contacts.create-note`.
    pub key: &'static str,
    /// What people see in a list: `Create note`.
    pub title: &'static str,
    /// What it does to its values, with holes for them: `Add tag {tags}`.
    pub sentence: &'static str,
    /// When to use it.
    pub summary: &'static str,
    /// How far its effects reach.
    pub class: Class,
    /// What a key needs to ask for it.
    pub scope: Scope,
    /// The addresses that it is asked for by; none for what only a workflow can do.
    pub routes: Vec<Route>,
    /// The status of a good answer.
    pub status: u16,
    /// What it takes.
    pub input: Form,
    /// What it gives.
    pub output: Vec<(&'static str, Shape)>,
    /// What it gives to a workflow beside that.
    pub step_output: Vec<(&'static str, Shape)>,
    /// How often a step tries it unless it says otherwise.
    pub attempts: u32,
    /// Whether it reads many rows.
    pub scans: bool,
    /// Whether a workflow's step can do it.
    pub is_action: bool,
    /// Whether the run is about the contact in its answer from then on.
    pub finds_contact: bool,
    /// Whether a step gets null for a contact that does not exist, instead of failing. A request is refused.
    pub is_null_if_missing: bool,
    /// What it does.
    pub perform: Perform,
}

/// How far an operation's effects reach.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// It changes nothing.
    Reads,
    /// It changes Tieline's own data.
    Writes,
    /// It calls another program.
    CallsOutside,
    /// A person gets to see it.
    ReachesPerson,
}

impl Class {
    /// The class as the catalogue shows it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reads => "reads",
            Self::Writes => "writes",
            Self::CallsOutside => "calls-outside",
            Self::ReachesPerson => "reaches-person",
        }
    }
}

/// An address that an operation is asked for by.
#[derive(Clone, Debug)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with its parameters in braces and without a slash at its end: `/contacts/{contactId}`.
    pub path: &'static str,
}

/// What an operation does.
#[derive(Clone, Copy)]
pub enum Perform {
    /// In a transaction of the store. It refuses before its first write.
    Here(for<'a> fn(&'a mut Tx<'_>, &'a Call) -> Performing<'a>),
    /// Outside, at least once, with an idempotency key that stays the same over retries.
    Outside(for<'a> fn(Outside<'a>, &'a Call) -> Sending<'a>),
}

/// An operation under way in a transaction.
pub type Performing<'a> = Pin<Box<dyn Future<Output = Result<Answer>> + Send + 'a>>;
/// An operation under way outside.
pub type Sending<'a> = Pin<Box<dyn Future<Output = OutsideAnswer> + Send + 'a>>;
/// What came of an operation outside.
pub type OutsideAnswer = Result<Answer, RequestFailure>;

/// What an operation outside has to work with.
#[derive(Clone, Copy)]
pub struct Outside<'a> {
    /// Sends requests, and refuses those to private addresses.
    pub client: &'a Client,
    /// The key by which the other side knows all tries of one step as one.
    pub idempotency_key: &'a str,
    /// The time.
    pub now: Timestamp,
    /// Where what is sent is noted, for the run's history.
    pub sent: &'a Sent,
}

/// The requests that an operation sent, as its run's history shows them: `{ request, idempotencyKey, status }`, where
/// the status is null if no answer came.
#[derive(Debug, Default)]
pub struct Sent(Mutex<Vec<Value>>);

impl Sent {
    /// The requests, in their order.
    #[must_use]
    pub fn into_effects(self) -> Vec<Value> {
        self.0.into_inner()
    }
}

impl Outside<'_> {
    /// Sends a request and notes it.
    ///
    /// # Errors
    /// [`RequestFailure`] where there was no answer, or one outside 200 to 299.
    pub async fn send(&self, request: &Request) -> Result<Response, RequestFailure> {
        let sending = self.client.send(request, self.idempotency_key, self.now);
        let answer = sending.await;
        let status = match &answer {
            Ok(response) => Some(response.status),
            Err(failure) => failure.status,
        };
        let was_sent = answer.as_ref().map_or_else(|failure| failure.retryable || status.is_some(), |_| true);
        if was_sent {
            self.sent.0.lock().push(json!({
                "request": format!("{request:?}"),
                "idempotencyKey": self.idempotency_key,
                "status": status,
            }));
        }
        answer
    }
}

impl fmt::Debug for Perform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Here(_) => "Here",
            Self::Outside(_) => "Outside",
        })
    }
}

impl Operation {
    /// An operation that reads and answers 200, takes nothing and gives nothing yet.
    #[must_use]
    pub fn new(key: &'static str, title: &'static str, scope: Scope, perform: Perform) -> Self {
        let class = match perform {
            Perform::Here(_) => Class::Reads,
            Perform::Outside(_) => Class::CallsOutside,
        };
        Self {
            key,
            title,
            sentence: title,
            summary: "",
            class,
            scope,
            routes: Vec::new(),
            status: 200,
            input: Form::default(),
            output: Vec::new(),
            step_output: Vec::new(),
            attempts: 1,
            scans: false,
            is_action: true,
            finds_contact: false,
            is_null_if_missing: false,
            perform,
        }
    }

    /// An operation in a transaction of the store that changes nothing.
    #[must_use]
    pub fn reads(
        key: &'static str,
        title: &'static str,
        scope: Scope,
        perform: for<'a> fn(&'a mut Tx<'_>, &'a Call) -> Performing<'a>,
    ) -> Self {
        Self::new(key, title, scope, Perform::Here(perform))
    }

    /// An operation in a transaction of the store that changes Tieline's own data.
    #[must_use]
    pub fn writes(
        key: &'static str,
        title: &'static str,
        scope: Scope,
        perform: for<'a> fn(&'a mut Tx<'_>, &'a Call) -> Performing<'a>,
    ) -> Self {
        Self { class: Class::Writes, ..Self::new(key, title, scope, Perform::Here(perform)) }
    }

    /// What it does to its values, with holes for them, and when to use it.
    #[must_use]
    pub fn described(self, sentence: &'static str, summary: &'static str) -> Self {
        Self { sentence, summary, ..self }
    }

    /// Is asked for by this address.
    #[must_use]
    pub fn at(mut self, method: Method, path: &'static str) -> Self {
        self.routes.push(Route { method, path });
        self
    }

    /// Answers with 201.
    #[must_use]
    pub fn created(self) -> Self {
        Self { status: 201, ..self }
    }

    /// Takes this.
    #[must_use]
    pub fn takes(self, input: Form) -> Self {
        Self { input, ..self }
    }

    /// Gives these parts.
    #[must_use]
    pub fn gives(self, output: impl IntoIterator<Item = (&'static str, Shape)>) -> Self {
        Self { output: output.into_iter().collect(), ..self }
    }

    /// Gives these parts to a workflow as well.
    #[must_use]
    pub fn gives_steps(self, output: impl IntoIterator<Item = (&'static str, Shape)>) -> Self {
        Self { step_output: output.into_iter().collect(), ..self }
    }

    /// Reads many rows.
    #[must_use]
    pub fn scans(self) -> Self {
        Self { scans: true, ..self }
    }

    /// Is no action of workflows.
    #[must_use]
    pub fn only_by_request(self) -> Self {
        Self { is_action: false, ..self }
    }

    /// Makes the run about the contact in its answer.
    #[must_use]
    pub fn finds_contact(self) -> Self {
        Self { finds_contact: true, ..self }
    }

    /// Gives a step null for a contact that does not exist, so that a workflow can ask whether it is gone.
    #[must_use]
    pub fn null_if_missing(self) -> Self {
        Self { is_null_if_missing: true, ..self }
    }

    /// What a step gets of an operation that was performed: null for a missing contact, where the operation declares
    /// that.
    ///
    /// # Errors
    /// Any other error of the operation.
    pub fn answer_to_step(&self, performed: Result<Answer>) -> Result<Answer> {
        match performed {
            Err(Error::Refused(Refusal::ContactNotFound(_))) if self.is_null_if_missing => {
                let parts = self.output.iter().map(|(name, _)| (*name, Part::Value(Value::Null)));
                Ok(Answer { parts: parts.collect(), ..Answer::new() }.did("no contact found").about_nobody())
            }
            performed => performed,
        }
    }

    /// Is tried so often where a step does not say.
    #[must_use]
    pub fn tried(self, attempts: u32) -> Self {
        Self { attempts, ..self }
    }

    /// HighLevel's name for it: the key behind its module.
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.key.split_once('.').map_or(self.key, |(_, id)| id)
    }

    /// Whether it acts on a contact, so that a step that names none means the run's.
    #[must_use]
    pub fn is_on_contact(&self) -> bool {
        self.input.field("contactId").is_some_and(|field| field.place == Place::Path)
    }

    /// The fields that a step has in `with`.
    pub fn step_fields(&self) -> impl Iterator<Item = &Field> {
        self.input.offered(Door::Workflow).filter(|field| field.is_shown())
    }

    /// The JSON Schema of what a later step finds as `steps.<id>`.
    #[must_use]
    pub fn step_output_schema(&self) -> Value {
        let parts = self.output.iter().chain(&self.step_output).cloned().collect();
        Shape::Object(parts).schema(Version::V2, None)
    }

    /// The shape of one part of its answer.
    #[must_use]
    pub fn part(&self, name: &str) -> Option<&Shape> {
        self.output.iter().find(|(known, _)| *known == name).map(|(_, shape)| shape)
    }
}

/// An operation with its call, as a procedure of the store.
#[derive(Clone, Debug)]
pub struct Run {
    /// The operation.
    pub operation: Arc<Operation>,
    /// The call.
    pub call: Call,
}

impl Procedure for Run {
    type Output = Answer;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Answer> {
        match self.operation.perform {
            Perform::Here(perform) => {
                let answer = perform(tx, &self.call).await?;
                // Only the answers of writes are described with warnings.
                match self.operation.class {
                    Class::Writes => Ok(answer.warnings(self.call.input.warnings().iter().cloned())),
                    _ => Ok(answer),
                }
            }
            Perform::Outside(_) => Ok(Answer::new()),
        }
    }

    fn scans(&self) -> bool {
        self.operation.scans
    }
}
