//! What workflows promise their authors, tested on SQLite and on PostgreSQL.

#[cfg(test)]
mod customers;
#[cfg(test)]
mod endings;
#[cfg(test)]
mod fields;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod history;
#[cfg(test)]
mod ingress;
#[cfg(test)]
mod nodes;
#[cfg(test)]
mod order;
#[cfg(test)]
mod payments;
#[cfg(test)]
mod poison;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod replays;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod server;
#[cfg(test)]
mod stopping;
#[cfg(test)]
mod support;
#[cfg(test)]
mod takeover;
#[cfg(test)]
mod triggers;
#[cfg(test)]
mod versions;
#[cfg(test)]
mod waits;
