//! The files that an embedded database leaves behind.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tieline_store::{Options, Store, Target, locations};
use tieline_testkit::database::{KINDS, Kind, TestDatabase};

async fn create_location(store: &Store, name: String) {
    let (country, timezone) = ("AU".to_owned(), "Australia/Sydney".to_owned());
    let create = locations::Create { name, country, timezone, allow_duplicate_contact: true };
    store.write(create).await.unwrap();
}

fn folder(database: &TestDatabase) -> &Path {
    let Target::Folder(folder) = &database.target else { panic!("not an embedded database") };
    folder
}

/// Opens a copy of `tieline.db` alone and counts its locations.
async fn locations_in_a_copy(database: &TestDatabase) -> usize {
    let copy = TestDatabase::new(Kind::Sqlite).await;
    std::fs::create_dir_all(folder(&copy)).unwrap();
    std::fs::copy(folder(database).join("tieline.db"), folder(&copy).join("tieline.db")).unwrap();
    copy.open().await.read(locations::List).await.unwrap().len()
}

/// Case R7.
#[tokio::test(flavor = "multi_thread")]
async fn the_database_file_alone_is_complete_after_a_stop() {
    for by_settling in [true, false] {
        let database = TestDatabase::new(Kind::Sqlite).await;
        let store = database.open().await;
        for n in 0..20 {
            create_location(&store, format!("n{n}")).await;
            assert_eq!(store.read(locations::List).await.unwrap().len(), n + 1);
        }
        if by_settling {
            store.settle().await.unwrap();
        } else {
            drop(store);
        }
        assert_eq!(locations_in_a_copy(&database).await, 20, "by settling: {by_settling}");
    }
}

/// Case R7: the log beside the database does not stay long.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_emptied_when_nothing_is_written() {
    let database = TestDatabase::new(Kind::Sqlite).await;
    let store = database.open().await;
    for n in 0..40 {
        create_location(&store, format!("{n}{}", "x".repeat(60_000))).await;
    }
    let log = folder(&database).join("tieline.db-wal");
    assert!(std::fs::metadata(&log).unwrap().len() > 1 << 20);
    for _ in 0..100 {
        if std::fs::metadata(&log).unwrap().len() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the log was not emptied");
}

/// Writes with one commit after the other until it is dropped, as a server under load does.
struct Storm(Option<std::thread::JoinHandle<()>>, Arc<AtomicBool>);

impl Storm {
    fn over(file: &Path) -> Self {
        let (file, is_over) = (file.to_owned(), Arc::new(AtomicBool::new(false)));
        let ends = Arc::clone(&is_over);
        let (began, begun) = std::sync::mpsc::channel();
        let writing = std::thread::spawn(move || {
            let connection = rusqlite::Connection::open(file).unwrap();
            while !ends.load(Ordering::Relaxed) {
                connection.execute_batch("BEGIN IMMEDIATE").unwrap();
                let _ = began.send(());
                std::thread::sleep(Duration::from_millis(30));
                connection.execute_batch("COMMIT").unwrap();
                std::thread::sleep(Duration::from_micros(500));
            }
        });
        begun.recv().unwrap();
        Self(Some(writing), is_over)
    }
}

impl Drop for Storm {
    fn drop(&mut self) {
        self.1.store(true, Ordering::Relaxed);
        let _ = self.0.take().map(std::thread::JoinHandle::join);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_is_read_while_another_program_holds_its_lock() {
    let database = TestDatabase::new(Kind::Sqlite).await;
    create_location(&database.open().await, "Home".to_owned()).await;
    let writer = rusqlite::Connection::open(folder(&database).join("tieline.db")).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let store = Store::open_to_read(&database.target, Options::default()).await.unwrap();
    assert_eq!(store.read(locations::List).await.unwrap().len(), 1);
    let refused = store.write(locations::List).await.unwrap_err().to_string();
    assert_eq!(refused, "the database was opened only to read it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_gets_its_turn_beside_a_storm_of_writes() {
    let database = TestDatabase::new(Kind::Sqlite).await;
    drop(database.open().await);
    let _storm = Storm::over(&folder(&database).join("tieline.db"));
    let since = Instant::now();
    for n in 0..5 {
        create_location(&database.open().await, format!("n{n}")).await;
    }
    assert!(since.elapsed() < Duration::from_secs(20), "it took {:?}", since.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_needs_a_migration_is_not_opened_to_read() {
    for kind in KINDS {
        let database = TestDatabase::left_behind_by("0.1.0", kind).await;
        let refused = Store::open_to_read(&database.target, Options::default()).await.err().unwrap();
        assert!(refused.to_string().contains("start `tieline serve` of this version first"), "{refused}");
        drop(database.open().await);
        Store::open_to_read(&database.target, Options::default()).await.unwrap();
    }
}
