//! Opening the store and the key that seals secrets, for every command.

use crate::config::Config;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::io::Write;
use std::path::{Path, PathBuf};
use tieline_model::{Location, LocationId};
use tieline_store::clock::{Entropy, SystemEntropy};
use tieline_store::seal::{Check, HasKey, Seal};
use tieline_store::{Options, Store, locations, private};

/// Opens the database that the settings name.
pub(crate) async fn open(config: &Config, options: Options) -> Result<Store, String> {
    Store::open(&config.target(), options).await.map_err(|error| error.to_string())
}

/// The same for a command other than `serve` and `demo`. It creates no data folder: in the wrong place it would
/// work on an empty database and find nothing.
pub(crate) async fn open_for_command(config: &Config) -> Result<Store, String> {
    if config.database_url.is_none() {
        must_exist(config.folder())?;
    }
    open(config, Options::default()).await
}

/// The same for a command that only reads: it works beside a server however much that writes.
pub(crate) async fn open_to_read(config: &Config) -> Result<Store, String> {
    if config.database_url.is_none() {
        must_exist(config.folder())?;
        // A new folder is nobody's yet.
        if !config.folder().join("tieline.db").exists() {
            return open(config, Options::default()).await;
        }
    }
    Store::open_to_read(&config.target(), Options::default()).await.map_err(|error| error.to_string())
}

fn must_exist(folder: &Path) -> Result<(), String> {
    if folder.is_dir() {
        return Ok(());
    }
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    Err(format!(
        "no data folder at {}; start `tieline serve` there first, or name the right folder with --data",
        folder.display()
    ))
}

/// Removes other users' access to the files that hold contacts and secrets. A restored backup often lets
/// everybody read them.
pub(crate) fn tighten(config: &Config) {
    for name in ["secret.key", "tieline.db", "tieline.db-wal", "tieline.db-shm"] {
        let file = config.folder().join(name);
        match make_private(&file) {
            Ok(false) => {}
            Ok(true) => {
                tracing::warn!(file = %file.display(), "other users could read this file; set its mode to 0600")
            }
            Err(error) => tracing::warn!(
                file = %file.display(), %error,
                "other users can read this file, and its mode cannot be changed; set it to 0600"
            ),
        }
    }
}

/// Gives a file the mode 0600 if other users can access it. Returns whether they could; a missing file is fine.
fn make_private(file: &Path) -> std::io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    let mode = match std::fs::metadata(file) {
        Ok(metadata) => metadata.permissions().mode(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    if mode & 0o077 == 0 {
        return Ok(false);
    }
    std::fs::set_permissions(file, PermissionsExt::from_mode(0o600)).map(|()| true)
}

/// Finds a location; the error says how to list them.
pub(crate) async fn location(store: &Store, id: &str) -> Result<Location, String> {
    let found = store.read(locations::Get(LocationId::from(id))).await.map_err(|error| error.to_string())?;
    found.ok_or_else(|| {
        format!("location {id} does not exist; list the locations with `tieline location list`")
    })
}

/// What to do if the key is not the database's.
const REMEDY: &str = "`tieline connections rotate` cannot help without it. If it is lost for good, \
    `tieline secret-key replace --yes` accepts another key; then every connection needs a new secret";

/// The key that seals secrets: from the settings, else from the data folder, where one is generated at first. It
/// must be the one that this database's secrets are sealed with.
pub(crate) async fn seal(config: &Config, store: &Store) -> Result<Seal, String> {
    let failed = |error: tieline_store::Error| error.to_string();
    if given_key(config)?.is_none() && store.read(HasKey).await.map_err(failed)? {
        return Err(format!(
            "the secret key is missing, and the secrets in this database are sealed with it: restore it as {}, \
             or set TIELINE_SECRET_KEY. {REMEDY}",
            key_file(config).display()
        ));
    }
    let seal = any_seal(config)?;
    if store.write(Check { seal: seal.clone() }).await.map_err(failed)? {
        return Ok(seal);
    }
    let place = match &config.secret_key {
        Some(_) => "given by --secret-key, TIELINE_SECRET_KEY or the settings file".to_owned(),
        None => format!("in {}", key_file(config).display()),
    };
    Err(format!(
        "the secret key {place} is not the one that the secrets in this database are sealed with: restore that \
         one. {REMEDY}"
    ))
}

/// The same, without a check against the database.
pub(crate) fn any_seal(config: &Config) -> Result<Seal, String> {
    let text = match given_key(config)? {
        Some(text) => text,
        None => make_key(&key_file(config))?,
    };
    let bytes = STANDARD.decode(text.trim()).ok();
    let key: Option<[u8; 32]> = bytes.and_then(|bytes| bytes.try_into().ok());
    let wrong = "the secret key is not 32 bytes in base64; generate one with `openssl rand -base64 32`";
    Ok(Seal::new(&key.ok_or(wrong)?))
}

fn key_file(config: &Config) -> PathBuf {
    config.folder().join("secret.key")
}

fn unusable(file: &Path, error: &std::io::Error) -> String {
    format!("cannot use {}: {error}", file.display())
}

/// The key as the settings or the data folder have it, in base64.
fn given_key(config: &Config) -> Result<Option<String>, String> {
    if let Some(text) = &config.secret_key {
        return Ok(Some(text.clone()));
    }
    let file = key_file(config);
    match std::fs::read_to_string(&file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unusable(&file, &error)),
    }
}

/// Generates a key and keeps it in a file.
fn make_key(file: &Path) -> Result<String, String> {
    let failed = |error: std::io::Error| unusable(file, &error);
    must_exist(file.parent().unwrap_or(file))
        .map_err(|error| format!("no secret key: {error}, or set TIELINE_SECRET_KEY"))?;
    let mut key = [0; 32];
    SystemEntropy::default().fill(&mut key);
    let text = STANDARD.encode(key);
    // Written under another name and linked into place, so that two commands that start at once use the same key
    // and neither reads half of it.
    let aside = file.with_extension(format!("key.{}", std::process::id()));
    write(&aside, &text).map_err(failed)?;
    let linked = std::fs::hard_link(&aside, file);
    std::fs::remove_file(&aside).map_err(failed)?;
    match linked {
        Ok(()) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            std::fs::read_to_string(file).map_err(failed)
        }
        Err(error) => Err(failed(error)),
    }
}

/// Writes a file that only its owner may read.
fn write(file: &Path, text: &str) -> std::io::Result<()> {
    let mut file = private::file(file)?;
    file.set_len(0)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tieline_store::seal::Accept;

    /// Settings and a database in a folder of their own, which the test removes.
    async fn opened(name: &str) -> (Config, Store) {
        let folder = std::env::temp_dir().join(format!("tieline-open-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let config = Config { data: Some(folder), ..Config::default() };
        let store = open_for_command(&config).await.unwrap();
        (config, store)
    }

    fn end(config: &Config) {
        std::fs::remove_dir_all(config.folder()).unwrap();
    }

    /// Case R8.
    #[tokio::test]
    async fn a_command_makes_no_data_folder() {
        let folder = std::env::temp_dir().join(format!("tieline-open-nowhere-{}", std::process::id()));
        let config = Config { data: Some(folder.clone()), ..Config::default() };
        let refused = open_for_command(&config).await.map(drop).unwrap_err();
        assert!(refused.contains("no data folder at /") && refused.contains("--data"), "{refused}");
        let refused = any_seal(&config).map(drop).unwrap_err();
        assert!(refused.contains("TIELINE_SECRET_KEY"), "{refused}");
        assert!(!folder.exists());
    }

    /// Case R15.
    #[test]
    fn a_restored_file_that_others_can_read_is_closed_to_them() {
        use std::os::unix::fs::PermissionsExt;
        let file = std::env::temp_dir().join(format!("tieline-open-mode-{}", std::process::id()));
        let mode = || std::fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        assert!(!make_private(&file).unwrap(), "a missing file is fine");
        std::fs::write(&file, "x").unwrap();
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
        assert!(make_private(&file).unwrap());
        assert_eq!(mode(), 0o600);
        assert!(!make_private(&file).unwrap());
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o400)).unwrap();
        assert!(!make_private(&file).unwrap(), "stricter is fine too");
        assert_eq!(mode(), 0o400);
        std::fs::remove_file(&file).unwrap();
    }

    #[tokio::test]
    async fn a_key_is_made_once_and_missed_when_it_is_gone() {
        let (config, store) = opened("missing").await;
        seal(&config, &store).await.unwrap();
        seal(&config, &store).await.unwrap();
        let file = key_file(&config);
        std::fs::rename(&file, file.with_extension("away")).unwrap();
        let refused = seal(&config, &store).await.unwrap_err();
        assert!(refused.contains("secret.key") && refused.contains("secret-key replace"), "{refused}");
        assert!(!file.exists(), "no other key was generated in its place");
        std::fs::rename(file.with_extension("away"), &file).unwrap();
        seal(&config, &store).await.unwrap();
        end(&config);
    }

    #[tokio::test]
    async fn another_key_is_refused_until_it_is_accepted() {
        let (config, store) = opened("other").await;
        seal(&config, &store).await.unwrap();
        let other = Config { secret_key: Some(STANDARD.encode([7; 32])), ..config.clone() };
        let refused = seal(&other, &store).await.unwrap_err();
        assert!(refused.contains("TIELINE_SECRET_KEY") && refused.contains("restore that one"), "{refused}");
        store.write(Accept { seal: any_seal(&other).unwrap() }).await.unwrap();
        seal(&other, &store).await.unwrap();
        let refused = seal(&config, &store).await.unwrap_err();
        assert!(refused.contains("secret.key"), "{refused}");
        end(&config);
    }
}
