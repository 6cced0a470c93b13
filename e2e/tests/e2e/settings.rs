//! Where settings come from: a flag, else a variable, else a file.

use e2e::tenant::text;
use e2e::{Cli, Place, Request, Server, program};
use serde_json::Value;

/// A name, flags and variables.
type Way<'a> = (&'a str, &'a [&'a str], &'a [(&'a str, &'a str)]);

/// The names of the locations in the data that these settings lead to.
fn names(cli: Cli<'_>, flags: &[&str], variables: &[(&str, &str)]) -> Vec<String> {
    let listed = cli.run_bare(&[flags, &["location", "list", "--json"]].concat(), variables);
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    let listed: Value = serde_json::from_str(&listed.stdout).unwrap();
    listed["locations"].as_array().unwrap().iter().map(|location| text(location, "name")).collect()
}

#[test]
fn a_flag_wins_over_a_variable_and_that_over_the_file() {
    let place = Place::sqlite();
    let cli = Cli(&place);
    place.write("tieline.toml", "data = \"by-file\"\n");
    place.write("other.toml", "data = \"by-other-file\"\n");
    let (flag, variable) = (["--data", "by-flag"], [("TIELINE_DATA", "by-variable")]);
    let ways: [Way<'_>; 4] = [
        ("file", &[], &[]),
        ("other file", &["--config", "other.toml"], &[]),
        ("variable", &[], &variable),
        ("flag", &flag, &variable),
    ];
    for folder in ["by-file", "by-other-file", "by-variable", "by-flag"] {
        std::fs::create_dir(place.folder().join(folder)).unwrap();
    }
    for (name, flags, variables) in ways {
        let made = cli.run_bare(&[flags, &["location", "create", "--name", name]].concat(), variables);
        assert_eq!(made.code, Some(0), "{}", made.stderr);
    }
    for (name, flags, variables) in ways {
        assert_eq!(names(cli, flags, variables), [name]);
    }
}

#[test]
fn the_server_is_set_up_the_same_way() {
    let place = Place::sqlite();
    place.write(
        "tieline.toml",
        "data = \"by-file\"\n[serve]\nlisten = \"127.0.0.1:0\"\ndefault-version = \"2021-07-28\"\n",
    );
    let status =
        |server: &Server| Request::get("/contacts/").send(server.address).unwrap().json()["message"].clone();
    let start = |flags: &[&str], variables: &[(&str, &str)]| {
        let mut command = program::command(&place);
        command.arg("serve").args(flags).envs(variables.iter().copied());
        Server::run(&place, command)
    };
    let by_file = start(&[], &[]);
    assert_eq!(status(&by_file), "Invalid JWT", "the version is the file's, so only the key is missing");
    by_file.terminate();
    let nowhere = ("TIELINE_LISTEN", "nowhere");
    let by_flag = start(&["--listen", "127.0.0.1:0"], &[nowhere]);
    by_flag.terminate();
    let by_variable = Cli(&place).run_bare(&["serve"], &[nowhere]);
    assert_eq!(by_variable.code, Some(1));
    assert!(
        by_variable.stderr.contains("listen: `nowhere` is not an address and a port"),
        "{}",
        by_variable.stderr
    );
}

#[test]
fn a_mistake_in_the_file_is_reported() {
    let place = Place::sqlite();
    place.write("tieline.toml", "dta = \"x\"\n");
    let outcome = Cli(&place).run_bare(&["location", "list"], &[]);
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("tieline.toml") && outcome.stderr.contains("dta"), "{}", outcome.stderr);
    let missing = Cli(&place).run_bare(&["--config", "none.toml", "location", "list"], &[]);
    assert!(missing.stderr.contains("cannot read none.toml"), "{}", missing.stderr);
}

#[test]
fn a_public_address_that_nobody_could_open_is_reported() {
    let place = Place::sqlite();
    for wrong in ["nope", "ftp://x", "https://", "https://a.example?x=1", "https://a.example/#top"] {
        let outcome = Cli(&place).run_bare(&["serve", "--public-url", wrong], &[]);
        assert_eq!(outcome.code, Some(1), "{wrong}");
        assert!(
            outcome.stderr.contains("public-url") && outcome.stderr.contains(wrong),
            "{}",
            outcome.stderr
        );
    }
}
