//! Which account the server runs under.

use std::fs;

/// The system accounts to take instead of root, the better one first.
const STAND_INS: [&str; 2] = ["postgres", "nobody"];

/// A system account, by its numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Account {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// The account to use instead of root: PostgreSQL refuses to run as root.
pub(crate) fn in_place_of_root() -> Result<Account, String> {
    let accounts =
        fs::read_to_string("/etc/passwd").map_err(|error| format!("cannot read /etc/passwd: {error}"))?;
    STAND_INS.iter().find_map(|name| find(&accounts, name)).ok_or_else(|| {
        "PostgreSQL does not run as root, and neither `postgres` nor `nobody` is an account here; \
         run the tests as an ordinary user"
            .to_owned()
    })
}

fn find(accounts: &str, name: &str) -> Option<Account> {
    let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut numbers = line.split(':').skip(2);
    Some(Account { uid: numbers.next()?.parse().ok()?, gid: numbers.next()?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_an_account_by_its_whole_name() {
        let accounts =
            "root:x:0:0:root:/root:/bin/sh\npostgresql:x:9:9::/:\npostgres:x:101:104:,,,:/:/bin/sh\n";
        assert_eq!(find(accounts, "postgres"), Some(Account { uid: 101, gid: 104 }));
        assert_eq!(find(accounts, "nobody"), None);
        assert_eq!(find("nobody:x:many:1::/:\n", "nobody"), None);
    }
}
