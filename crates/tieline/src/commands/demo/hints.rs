//! What to try next, as lines that can be copied into a shell.

use super::Scene;
use crate::config::Config;
use crate::server::Server;
use std::path::Path;

pub(super) fn text(server: &Server, scene: &Scene, config: &Config) -> String {
    let place = format!("http://127.0.0.1:{}", server.address.port());
    let (location, program) = (&scene.location.id, program());
    let (with, data) = match &config.database_url {
        // The address may hold a password, so it is not repeated.
        Some(_) => (", with the same --database-url", String::new()),
        None => ("", format!(" --data {}", quoted(&config.folder().display().to_string()))),
    };
    let list = |what: &str| format!("  {program}{data} {what} list --location {location}");
    let commands: Vec<String> = ["runs", "deliveries", "workflows"].map(list).to_vec();
    format!(
        "\nThe server stays up; Ctrl-C stops it. List the contacts, as any HighLevel client would:\n\n\
         curl -s '{place}/contacts/?locationId={location}' -H 'Authorization: Bearer {}' -H 'Version: 2021-07-28'\n\n\
         See how it works, from another terminal{with}:\n\n{}",
        scene.token,
        commands.join("\n")
    )
}

/// How this program is called from the current folder.
fn program() -> String {
    match std::env::current_exe() {
        Ok(file) => called(&file, std::env::current_dir().ok().as_deref()),
        Err(_) => "tieline".to_owned(),
    }
}

fn called(file: &Path, here: Option<&Path>) -> String {
    let below = here.and_then(|here| file.strip_prefix(here).ok()).map(|below| Path::new(".").join(below));
    quoted(&below.as_deref().unwrap_or(file).display().to_string())
}

/// A word, quoted for a shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::called;
    use std::path::Path;

    #[test]
    fn a_program_is_called_by_the_path_that_finds_it() {
        let from = |file: &str, here: &str| called(Path::new(file), Some(Path::new(here)));
        assert_eq!(from("/srv/target/release/tieline", "/srv"), "./target/release/tieline");
        assert_eq!(from("/srv/tieline", "/srv"), "./tieline");
        assert_eq!(from("/usr/bin/tieline", "/srv"), "/usr/bin/tieline");
        assert_eq!(from("/srv/it's here/tieline", "/home"), r"'/srv/it'\''s here/tieline'");
    }
}
