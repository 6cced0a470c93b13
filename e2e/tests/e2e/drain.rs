//! Stopping: what was acknowledged is stored, what is under way is finished, and no two servers share a folder.

use e2e::{Place, Server, Tenant, http, program};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

#[test]
fn a_request_under_way_is_finished_before_the_end() {
    let place = Place::sqlite();
    let tenant = Tenant::new(&place);
    let mut server = Server::start(&place);
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let request = tenant.create_request("slow@example.com").header("Expect", "100-continue").to_bytes();
    let head = request.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
    let (head, body) = request.split_at(head);
    stream.write_all(head).unwrap();
    // The server says this when it has read the head and wants the body.
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    server.ask_to_stop();
    e2e::until("the server takes no new connections", || TcpStream::connect(server.address).err());
    stream.write_all(body).unwrap();
    let reply = http::read(&mut stream).unwrap();
    assert_eq!(reply.status, 201, "{}", reply.text);
    assert!(server.ended().success());

    let server = Server::start(&place);
    assert_eq!(tenant.contacts(server.address)[0]["email"], "slow@example.com");
    server.terminate();
}

#[test]
fn what_was_acknowledged_before_the_end_exists_after_it() {
    let place = Place::sqlite();
    let tenant = Tenant::new(&place);
    let mut server = Server::start(&place);
    let address = server.address;
    let acknowledged: Vec<String> = std::thread::scope(|scope| {
        let create = |sender: usize| {
            let emails = (0..).map(|n| format!("{sender}-{n}@example.com"));
            let taken = emails.map_while(|email| {
                let reply = tenant.create(address, &email).ok()?;
                assert_eq!(reply.status, 201, "{}", reply.text);
                Some(email)
            });
            taken.collect::<Vec<_>>()
        };
        let senders: Vec<_> = (0..4).map(|sender| scope.spawn(move || create(sender))).collect();
        std::thread::sleep(Duration::from_millis(500));
        server.ask_to_stop();
        assert!(server.ended().success());
        senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect()
    });
    assert!(acknowledged.len() >= 4, "only {} contacts were created", acknowledged.len());

    let server = Server::start(&place);
    let there: Vec<String> =
        tenant.contacts(server.address).iter().map(|contact| e2e::tenant::text(contact, "email")).collect();
    for email in &acknowledged {
        assert!(there.contains(email), "{email} was acknowledged and is missing");
    }
    server.terminate();
}

#[test]
fn a_second_server_on_one_folder_is_refused() {
    let place = Place::sqlite();
    let tenant = Tenant::new(&place);
    let mut server = Server::start(&place);
    let second = tenant.cli.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.code, Some(1));
    assert!(second.stderr.contains("another server is using"), "{}", second.stderr);
    assert_eq!(second.stdout, "");
    assert_eq!(
        tenant.create(server.address, "first@example.com").unwrap().status,
        201,
        "the first keeps running"
    );
    server.kill();
    // A lock that a killed server left behind does not keep the next one out.
    Server::start(&place).terminate();
}

#[test]
fn a_server_stopped_before_it_is_ready_ends_in_order() {
    let place = Place::sqlite();
    // A database that accepts the connection and never answers.
    let database = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://tieline@{}/tieline", database.local_addr().unwrap());
    let mut command = program::command(&place);
    command.args(["serve", "--listen", "127.0.0.1:0", "--database-url", &url]);
    let server = Server::spawn(&place, command);
    let _silent = database.accept().unwrap();
    server.terminate();
}

#[test]
fn a_demo_stopped_during_its_set_up_leaves_nothing_behind() {
    let place = Place::sqlite();
    let scratch = place.folder().join("scratch");
    std::fs::create_dir(&scratch).unwrap();
    let mut command = program::command(&place);
    command.args(["demo", "--listen", "127.0.0.1:0"]).env("TMPDIR", &scratch);
    Server::run(&place, command).terminate();
    let left: Vec<_> = std::fs::read_dir(&scratch).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}
