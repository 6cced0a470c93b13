//! Opening the store and the key that seals secrets, for every command alike.

use crate::config::Config;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::io::Write;
use std::path::Path;
use tieline_model::{Location, LocationId};
use tieline_store::clock::{Entropy, SystemEntropy};
use tieline_store::seal::Seal;
use tieline_store::{Options, Store, locations};

/// Opens the database that the settings name.
pub(crate) async fn open(config: &Config, options: Options) -> Result<Store, String> {
    Store::open(&config.target(), options).await.map_err(|error| error.to_string())
}

/// The same with a clock and randomness of its own, for a command.
pub(crate) async fn open_for_command(config: &Config) -> Result<Store, String> {
    open(config, Options::default()).await
}

/// Finds a location, or says how to list them.
pub(crate) async fn location(store: &Store, id: &str) -> Result<Location, String> {
    let found = store.read(locations::Get(LocationId::from(id))).await.map_err(|error| error.to_string())?;
    found.ok_or_else(|| {
        format!("there is no location {id}; `tieline location list` shows those that there are")
    })
}

/// The key that seals secrets: from the settings, else from the data folder, where one is made at first.
pub(crate) fn seal(config: &Config) -> Result<Seal, String> {
    let text = match &config.secret_key {
        Some(text) => text.clone(),
        None => key_file(config.folder())?,
    };
    let bytes = STANDARD.decode(text.trim()).ok();
    let key: Option<[u8; 32]> = bytes.and_then(|bytes| bytes.try_into().ok());
    let wrong = "the secret key is not 32 bytes in base64; `openssl rand -base64 32` makes one";
    Ok(Seal::new(&key.ok_or(wrong)?))
}

fn key_file(folder: &Path) -> Result<String, String> {
    let file = folder.join("secret.key");
    let failed = |error: std::io::Error| format!("{} cannot be used: {error}", file.display());
    match std::fs::read_to_string(&file) {
        Ok(text) => return Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut key = [0; 32];
    SystemEntropy::default().fill(&mut key);
    let text = STANDARD.encode(key);
    // Written aside and linked into place, so that of two commands that start at once both use one key and
    // neither reads half of it.
    let aside = folder.join(format!("secret.key.{}", std::process::id()));
    write_private(&aside, &text).map_err(failed)?;
    let linked = std::fs::hard_link(&aside, &file);
    std::fs::remove_file(&aside).map_err(failed)?;
    match linked {
        Ok(()) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            std::fs::read_to_string(&file).map_err(failed)
        }
        Err(error) => Err(failed(error)),
    }
}

/// Writes a file that only its owner may read.
fn write_private(file: &Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(file)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
