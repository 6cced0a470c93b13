//! What SQLite's one writer commits together.

use crate::support::on;
use futures_util::FutureExt;
use parking_lot::Mutex;
use serde_json::json;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;
use tieline_store::{Procedure, Result, Tx};
use tieline_testkit::database::Kind;

/// Occupies the writer until it is let go.
struct Occupies<const LONG: bool> {
    began: Sender<()>,
    let_go: Mutex<Receiver<()>>,
}

impl<const LONG: bool> Occupies<LONG> {
    fn new() -> (Self, Receiver<()>, Sender<()>) {
        let ((began, has_begun), (go, let_go)) = (channel(), channel());
        (Self { began, let_go: Mutex::new(let_go) }, has_begun, go)
    }
}

impl<const LONG: bool> Procedure for Occupies<LONG> {
    type Output = ();
    const LONG: bool = LONG;

    async fn run(&self, _: &mut Tx<'_>) -> Result<()> {
        self.began.send(()).unwrap();
        self.let_go.lock().recv().unwrap();
        Ok(())
    }
}

#[test]
fn a_write_is_answered_while_a_long_one_behind_it_runs() {
    on(Kind::Sqlite, async |fixture| {
        let (short, short_began, let_short_go) = Occupies::<false>::new();
        let (long, long_began, let_long_go) = Occupies::<true>::new();
        let store = fixture.store.clone();
        let first = tokio::spawn(async move { store.write(short).await });
        tokio::task::spawn_blocking(move || short_began.recv().unwrap()).await.unwrap();
        // These two queue behind the first, in this order.
        let mut second = Box::pin(fixture.try_create(json!({"email": "ada@example.com"})));
        let mut third = Box::pin(fixture.store.write(long));
        assert!((&mut second).now_or_never().is_none() && (&mut third).now_or_never().is_none());
        let_short_go.send(()).unwrap();
        tokio::task::spawn_blocking(move || long_began.recv().unwrap()).await.unwrap();
        let answered = tokio::time::timeout(Duration::from_secs(20), second).await;
        let_long_go.send(()).unwrap();
        assert!(answered.is_ok(), "the write waited for the long one behind it");
        third.await.unwrap();
        first.await.unwrap().unwrap();
    });
}
