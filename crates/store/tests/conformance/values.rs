//! Values of every type, into statements and out of rows.

use super::{Fixture, both};
use tieline_store::{Param, Procedure, Result, Tx};

/// Runs a query and reads the column `value` of its first row.
struct Ask<T> {
    sql: &'static str,
    param: Option<Param<'static>>,
    kind: std::marker::PhantomData<fn() -> T>,
}

impl<T: tieline_store::FromCell + Send + 'static> Procedure for Ask<T> {
    type Output = Option<T>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<T>> {
        tx.value(self.sql, "value", self.param.as_slice()).await
    }
}

async fn ask<T>(fixture: &Fixture, sql: &'static str, param: Option<Param<'static>>) -> Result<Option<T>>
where
    T: tieline_store::FromCell + Send + 'static,
{
    fixture.store.read(Ask { sql, param, kind: std::marker::PhantomData }).await
}

#[test]
fn truth_values_and_numbers_go_in_and_come_out() {
    both(async |fixture| {
        let sql = "SELECT (position >= 0) AS value FROM cursors LIMIT 1";
        assert_eq!(ask(&fixture, sql, None).await.unwrap(), Some(true));
        let sql = "SELECT (position >= 0) = ?1 AS value FROM cursors LIMIT 1";
        assert_eq!(ask(&fixture, sql, Some(Param::Bool(false))).await.unwrap(), Some(false));
        let sql = "SELECT CAST(0.25 AS DOUBLE PRECISION) * ?1 AS value FROM cursors LIMIT 1";
        assert_eq!(ask(&fixture, sql, Some(Param::Float(3.0))).await.unwrap(), Some(0.75));
    });
}

/// PostgreSQL adds whole numbers up to another type, NUMERIC.
#[test]
fn a_sum_is_a_whole_number() {
    both(async |fixture| {
        let sum =
            "SELECT SUM(position + 70000) AS value FROM cursors WHERE name IN ('log-head', 'dispatcher')";
        assert_eq!(ask(&fixture, sum, None).await.unwrap(), Some(140_000_i64));
        let none = "SELECT SUM(position) AS value FROM cursors WHERE name = 'nobody'";
        assert_eq!(ask::<Option<i64>>(&fixture, none, None).await.unwrap(), Some(None));
    });
}

#[test]
fn a_value_of_another_type_is_reported_with_its_place() {
    both(async |fixture| {
        let sql = "SELECT name, name AS value FROM cursors WHERE name = ?1";
        let error = ask::<i64>(&fixture, sql, Some(Param::Text("dispatcher"))).await.unwrap_err();
        let expected = "table cursors, column value, row dispatcher: expected a whole number";
        assert_eq!(error.to_string(), expected);
    });
}
