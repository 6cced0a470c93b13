//! The event log: one order, and a cursor that skips nothing.

use crate::support::both;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tieline_model::{Cause, NewEvent, Timestamp};
use tieline_store::{Procedure, Result, Tx, log};

#[test]
fn a_reader_beside_many_writers_skips_nothing_and_sees_nothing_twice() {
    both(async |fixture| {
        let done = Arc::new(AtomicBool::new(false));
        let reader = tokio::spawn({
            let (store, done) = (fixture.store.clone(), Arc::clone(&done));
            async move {
                let (mut after, mut seen) = (0, Vec::new());
                loop {
                    let last = done.load(Ordering::SeqCst);
                    store.place_events().await.unwrap();
                    let events = store.read(log::Read { after, limit: 7 }).await.unwrap();
                    if events.is_empty() && last {
                        return seen;
                    }
                    for event in events {
                        assert!(event.seq > after, "places grow");
                        after = event.seq;
                        seen.push(event.contact_id.unwrap());
                    }
                }
            }
        });
        let writers: Vec<_> = (0..8)
            .map(|writer| {
                let fixture = fixture.clone();
                tokio::spawn(async move {
                    let mut ids = Vec::new();
                    for n in 0..25 {
                        let email = format!("w{writer}n{n}@example.com");
                        ids.push(fixture.create(json!({ "email": email })).await.contact.id);
                    }
                    ids
                })
            })
            .collect();
        let mut written = Vec::new();
        for writer in writers {
            written.extend(writer.await.unwrap());
        }
        done.store(true, Ordering::SeqCst);
        let mut seen = reader.await.unwrap();
        seen.sort();
        written.sort();
        assert_eq!(seen, written);
    });
}

/// Appends an event and holds its transaction open, if the database allows others beside it.
struct SlowAppend(log::Append, Duration);

impl Procedure for SlowAppend {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        self.0.run(tx).await?;
        if tx.writes_in_parallel() {
            tokio::time::sleep(self.1).await;
        }
        Ok(())
    }
}

#[test]
fn a_transaction_that_commits_late_is_not_skipped() {
    both(async |fixture| {
        let append = |kind: &str| log::Append {
            location_id: fixture.location.id.clone(),
            cause: Cause::operator(),
            event: NewEvent {
                kind: kind.to_owned(),
                contact_id: None,
                subject: None,
                occurred_at: Timestamp::default(),
                payload: serde_json::value::to_raw_value(&json!({})).unwrap(),
            },
        };
        let slow = SlowAppend(append("slow.event"), Duration::from_millis(400));
        let slow = tokio::spawn({
            let store = fixture.store.clone();
            async move { store.write(slow).await.unwrap() }
        });
        tokio::time::sleep(Duration::from_millis(100)).await;
        fixture.store.write(append("quick.event")).await.unwrap();
        // The reader reads while the slow transaction is still open, and again when it is done.
        let before = fixture.events().await;
        slow.await.unwrap();
        let after = fixture.events().await;
        assert_eq!(after.len(), 2);
        let known: Vec<_> = before.iter().map(|event| (event.seq, event.kind.clone())).collect();
        let kept: Vec<_> =
            after.iter().take(before.len()).map(|event| (event.seq, event.kind.clone())).collect();
        assert_eq!(known, kept, "a place that a reader has seen is final, and nothing appears before it");
    });
}

#[test]
fn a_cursor_moves_only_from_its_current_place() {
    struct Move(i64, i64);
    impl Procedure for Move {
        type Output = bool;
        async fn run(&self, tx: &mut Tx<'_>) -> Result<bool> {
            log::Cursor("dispatcher").advance(tx, self.0, self.1).await
        }
    }
    both(async |fixture| {
        assert!(fixture.store.write(Move(0, 5)).await.unwrap());
        assert!(!fixture.store.write(Move(0, 7)).await.unwrap());
        assert_eq!(fixture.store.read(log::Cursor("dispatcher")).await.unwrap(), 5);
    });
}

/// Deletes all events, as a retention limit would.
struct Prune;

impl Procedure for Prune {
    type Output = u64;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<u64> {
        tx.execute("DELETE FROM events", &[]).await
    }
}

/// Case R13.
#[test]
fn places_continue_after_the_log_was_emptied() {
    both(async |fixture| {
        for n in 0..3 {
            fixture.create(json!({"email": format!("p{n}@example.com")})).await;
        }
        assert_eq!(fixture.last_event().await.seq, 3);
        assert_eq!(fixture.store.write(Prune).await.unwrap(), 3);
        let fixture = fixture.reopen().await;
        fixture.create(json!({"email": "later@example.com"})).await;
        let seqs: Vec<i64> = fixture.events().await.iter().map(|event| event.seq).collect();
        assert_eq!(seqs, [4]);
    });
}
