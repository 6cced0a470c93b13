//! HighLevel's own JavaScript client against the server, with nothing changed but the base URL.

use e2e::{Kind, Place, Server, Tenant, node};

/// The number of checks that the script makes, so that a missing one is noticed.
const CHECKS: usize = 13;

fn goes_through(kind: Kind, version: &str) {
    let place = Place::new(kind);
    let tenant = Tenant::new(&place);
    let server = Server::start(&place);
    let base = format!("http://{}", server.address);
    let settings = [
        ("BASE_URL", base.as_str()),
        ("TOKEN", &tenant.token),
        ("LOCATION", &tenant.location),
        ("API_VERSION", version),
    ];
    let output = node::run("sdk.mjs", &settings, "");
    println!("{output}");
    assert_eq!(output.lines().filter(|line| line.starts_with("ok: ")).count(), CHECKS);
    server.terminate();
}

#[test]
fn the_client_works_as_it_comes() {
    goes_through(Kind::Sqlite, "");
}

#[test]
fn the_client_works_with_v3() {
    goes_through(Kind::Sqlite, "v3");
}

#[test]
fn the_client_works_on_postgres() {
    goes_through(Kind::Postgres, "2021-07-28");
}
