//! Steps of one transaction that are undone alone.

use super::{Fixture, both, contact_input};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::json;
use std::sync::Arc;
use tieline_model::contact::Write;
use tieline_model::{Cause, Refusal};
use tieline_store::{Error, Procedure, Result, Tx, contacts};

/// What one step of a procedure does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Does {
    /// It creates a contact.
    Writes,
    /// It is refused at once.
    Refuses,
    /// It creates a contact and is refused afterwards.
    WritesAndRefuses,
}

/// Takes steps as a run does: one that is refused does not end the others. Then it fails or not.
#[derive(Clone)]
struct Steps {
    fixture: Fixture,
    name: String,
    steps: Vec<Does>,
    fails: bool,
}

impl Procedure for Steps {
    /// Which steps were refused.
    type Output = Vec<bool>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<bool>> {
        let mut refused = Vec::new();
        for (n, does) in self.steps.iter().enumerate() {
            let step = tx.begin_step().await?;
            let result = self.take(tx, n, *does).await;
            refused.push(matches!(result, Err(Error::Refused(_))));
            tx.end_step(step, refused[n]).await?;
        }
        if self.fails { Err(Refusal::Conflict("at last".to_owned()).into()) } else { Ok(refused) }
    }
}

impl Steps {
    async fn take(&self, tx: &mut Tx<'_>, n: usize, does: Does) -> Result<()> {
        if does != Does::Refuses {
            let body = json!({"email": format!("{}-{n}@example.com", self.name)});
            let location = self.fixture.location.clone();
            let input = contact_input(body, Write::Create, &location);
            contacts::Create { location, input, cause: Cause::operator() }.run(tx).await?;
        }
        if does == Does::Writes { Ok(()) } else { Err(Refusal::Conflict("no".to_owned()).into()) }
    }

    /// How many contacts it must leave behind.
    fn leaves(&self) -> usize {
        if self.fails { 0 } else { self.steps.iter().filter(|does| **does == Does::Writes).count() }
    }
}

fn steps() -> impl Strategy<Value = (Vec<Does>, bool)> {
    let does = prop_oneof![
        4 => Just(Does::Writes),
        1 => Just(Does::Refuses),
        1 => Just(Does::WritesAndRefuses),
    ];
    (prop::collection::vec(does, 0..5), prop::bool::weighted(0.2))
}

/// Case R6: what a step wrote before it was refused is undone, and nothing else is.
#[test]
fn a_step_that_is_refused_after_it_wrote_leaves_nothing_and_its_neighbours_everything() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let batches: Vec<Vec<_>> = (0..8)
        .map(|_| prop::collection::vec(steps(), 1..12).new_tree(&mut runner).unwrap().current())
        .collect();
    both(async |fixture| {
        let mut expected = 0;
        for (b, batch) in batches.iter().enumerate() {
            let procedures: Vec<Steps> = batch
                .iter()
                .enumerate()
                .map(|(n, (steps, fails))| Steps {
                    fixture: fixture.clone(),
                    name: format!("b{b}-{n}"),
                    steps: steps.clone(),
                    fails: *fails,
                })
                .collect();
            expected += procedures.iter().map(Steps::leaves).sum::<usize>();
            write_together(&fixture, procedures).await;
            assert_eq!(fixture.events().await.len(), expected, "{batch:?}");
            let total = fixture.store.read(fixture.list()).await.unwrap().total;
            assert_eq!(usize::try_from(total).unwrap(), expected, "{batch:?}");
        }
    });
}

/// Writes all at once, so that on SQLite they share a transaction, and checks what each returns.
async fn write_together(fixture: &Fixture, procedures: Vec<Steps>) {
    let store = Arc::new(fixture.store.clone());
    let writes: Vec<_> = procedures
        .into_iter()
        .map(|procedure| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { (procedure.clone(), store.write(procedure).await) })
        })
        .collect();
    for write in writes {
        let (procedure, result) = write.await.unwrap();
        let refused: Vec<bool> = procedure.steps.iter().map(|does| *does != Does::Writes).collect();
        match result {
            Ok(output) => assert!(!procedure.fails && output == refused, "{output:?}"),
            Err(error) => assert!(procedure.fails && error.refusal().is_some(), "{error}"),
        }
    }
}
