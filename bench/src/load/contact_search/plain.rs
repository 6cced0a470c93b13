//! The ceiling: the same database, asked for twenty contacts by their primary key, and nothing else.

use parking_lot::Mutex;
use rusqlite::{Connection, OpenFlags};
use tieline_store::Target;

const SQLITE: &str = "SELECT id, doc FROM contacts WHERE location_id = ?1 ORDER BY id DESC LIMIT 20";
const POSTGRES: &str = "SELECT id, doc FROM contacts WHERE location_id = $1 ORDER BY id DESC LIMIT 20";

pub(super) struct Plain {
    location: String,
    driver: Driver,
}

/// A connection for each client at a time.
enum Driver {
    Sqlite(Mutex<Vec<Connection>>),
    Postgres(Box<tokio_postgres::Client>, tokio_postgres::Statement),
}

impl Plain {
    pub(super) async fn open(target: &Target, location: &str) -> Result<Self, String> {
        let driver = match target {
            Target::Folder(folder) => {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                let open = |_| Connection::open_with_flags(folder.join("tieline.db"), flags);
                let all = (0..super::CLIENTS).map(open).collect::<Result<_, _>>();
                Driver::Sqlite(Mutex::new(all.map_err(|error| error.to_string())?))
            }
            Target::Url(url) => {
                let connected = tokio_postgres::connect(url, tokio_postgres::NoTls).await;
                let (client, connection) = connected.map_err(|error| error.to_string())?;
                tokio::spawn(connection);
                let statement = client.prepare(POSTGRES).await.map_err(|error| error.to_string())?;
                Driver::Postgres(Box::new(client), statement)
            }
        };
        Ok(Self { location: location.to_owned(), driver })
    }

    pub(super) async fn ask(&self) -> Result<(), String> {
        let found = match &self.driver {
            Driver::Sqlite(idle) => {
                let connection = idle.lock().pop().ok_or("there are more clients than connections")?;
                let found = read(&connection, &self.location).map_err(|error| error.to_string());
                idle.lock().push(connection);
                found?
            }
            Driver::Postgres(client, statement) => {
                let rows = client.query(statement, &[&self.location]).await;
                rows.map_err(|error| error.to_string())?.len()
            }
        };
        if found == 20 { Ok(()) } else { Err(format!("the ceiling found {found} contacts")) }
    }
}

fn read(connection: &Connection, location: &str) -> rusqlite::Result<usize> {
    let mut statement = connection.prepare_cached(SQLITE)?;
    let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
    let rows = statement.query_map([location], row)?;
    rows.collect::<rusqlite::Result<Vec<_>>>().map(|rows| rows.len())
}
