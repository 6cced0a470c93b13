//! The files that an embedded database leaves behind.

use std::path::Path;
use std::time::Duration;
use tieline_store::{Store, Target, locations};
use tieline_testkit::database::{Kind, TestDatabase};

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
