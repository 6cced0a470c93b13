//! Keeping the index in shape costs no more than there is to do.

use crate::support::on;
use std::time::Duration;
use tieline_store::{Procedure, Result, Tx};
use tieline_testkit::database::Kind;

/// So many contacts, as many as make a planner think of the costs.
const CONTACTS: i64 = 20_000;

struct FillIn;

impl Procedure for FillIn {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        let sql = "INSERT INTO contacts (location_id, id, date_updated, search, doc, indexed) \
                   SELECT 'x', CAST(n AS TEXT), n, '', '{}', n FROM generate_series(1, 20000) AS n";
        tx.execute(sql, &[]).await?;
        tx.execute("ANALYZE contacts", &[]).await.map(|_| ())
    }
}

/// How many contacts were read by scans of the whole table.
struct Scanned;

impl Procedure for Scanned {
    type Output = i64;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<i64> {
        let sql = "SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'contacts'";
        Ok(tx.value(sql, "seq_tup_read", &[]).await?.unwrap_or_default())
    }
}

/// Each node looks every second for contacts that were written without the index. With a million contacts, a scan of
/// all would take a core for ever.
#[test]
fn looking_for_contacts_without_the_index_reads_no_others() {
    on(Kind::Postgres, async |fixture| {
        fixture.store.write(FillIn).await.unwrap();
        // PostgreSQL reports what it has read about a second later.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let before = fixture.store.read(Scanned).await.unwrap();
        tokio::time::sleep(Duration::from_secs(4)).await;
        let read = fixture.store.read(Scanned).await.unwrap() - before;
        assert!(read < CONTACTS, "{read} contacts were read");
    });
}
