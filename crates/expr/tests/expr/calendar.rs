//! Days and times: cases D4, D7 and D11.

use serde_json::{Value, json};
use tieline_expr::{Data, Scope, Template};

const NAMES: &[&str] = &["now", "location", "contact"];

/// Saturday evening in Sydney; summer time begins in the night, at 2 o'clock on 2026-10-04.
const BEFORE_SUMMER_TIME: &str = "2026-10-03T08:30:00.000Z";

fn at(now: &str, text: &str) -> Value {
    let scope = Scope::new()
        .with("now", Data::new(json!(now)))
        .with("location", Data::new(json!({"timezone": "Australia/Sydney"})))
        .with("contact", Data::new(json!({"dateOfBirth": "1990-09-25", "timezone": null})));
    Template::compile("x", text, NAMES).unwrap().render(&scope).unwrap()
}

fn before_summer_time(text: &str) -> Value {
    at(BEFORE_SUMMER_TIME, text)
}

#[test]
fn a_day_is_the_same_day_in_every_zone() {
    for zone in ["", ", 'America/New_York'", ", 'Pacific/Auckland'"] {
        let shown = before_summer_time(&format!("{{{{ contact.dateOfBirth | date('%d %B'{zone}) }}}}"));
        assert_eq!(shown, json!("25 September"), "{zone}");
    }
    assert_eq!(before_summer_time("{{ '1990-09-25' | plus('1d') }}"), json!("1990-09-26"));
    assert_eq!(before_summer_time("{{ '2024-01-31' | plus('1 month') }}"), json!("2024-02-29"));
    assert_eq!(before_summer_time("{{ '09/25/1990' | date('%Y-%m-%d %H:%M') }}"), json!("1990-09-25 00:00"));
}

#[test]
fn calendar_steps_keep_the_wall_time() {
    for (text, expected) in [
        ("{{ now | plus('1d') }}", "2026-10-04T07:30:00.000Z"),
        ("{{ now | plus('1 day') | date('%H:%M') }}", "18:30"),
        ("{{ now | plus('24h') | date('%H:%M') }}", "19:30"),
        ("{{ now | plus('1 week') | minus('1w') }}", BEFORE_SUMMER_TIME),
        ("{{ now | plus('1d', 'UTC') }}", "2026-10-04T08:30:00.000Z"),
        ("{{ now | plus('1d', contact.timezone) }}", "2026-10-04T07:30:00.000Z"),
        ("{{ now | plus('1 month') | date('%Y-%m-%d %H:%M') }}", "2026-11-03 18:30"),
        ("{{ now | plus('1d') | at('09:00') }}", "2026-10-03T22:00:00.000Z"),
        ("{{ now | at('9:00') | date('%d %H:%M') }}", "03 09:00"),
    ] {
        assert_eq!(before_summer_time(text), json!(expected), "{text}");
    }
}

#[test]
fn the_next_day_is_found_in_the_locations_zone() {
    for (text, expected) in [
        ("{{ now | next('monday 09:00') }}", "2026-10-04T22:00:00.000Z"),
        ("{{ now | next('Mon 09:00', 'UTC') }}", "2026-10-05T09:00:00.000Z"),
        ("{{ now | next('weekday 09:00') | date('%A %H:%M') }}", "Monday 09:00"),
        ("{{ now | next('09:00') | date('%A %H:%M') }}", "Sunday 09:00"),
        ("{{ now | next('19:00') | date('%A %H:%M') }}", "Saturday 19:00"),
        ("{{ now | next('saturday 18:30') | date('%d %B') }}", "10 October"),
        ("{{ now | next('sunday') }}", "2026-10-03T14:00:00.000Z"),
        ("{{ '2026-10-05' | next('monday') }}", "2026-10-12"),
        ("{{ '2026-10-05' | next('monday 09:00') }}", "2026-10-04T22:00:00.000Z"),
    ] {
        assert_eq!(before_summer_time(text), json!(expected), "{text}");
    }
}

#[test]
fn a_time_without_a_zone_is_the_locations() {
    assert_eq!(
        before_summer_time("{{ '2026-12-24T09:00' | plus('1h') }}"),
        json!("2026-12-23T23:00:00.000Z")
    );
    assert_eq!(before_summer_time("{{ now | date('%H:%M %Z') }}"), json!("18:30 AEST"));
}

#[test]
fn without_a_location_the_zone_is_utc() {
    let scope = Scope::new().with("body", Data::new(json!({"at": BEFORE_SUMMER_TIME})));
    let template = Template::compile("x", "{{ body.at | plus('1d') | date('%H:%M') }}", &["body"]).unwrap();
    assert_eq!(template.render(&scope).unwrap(), json!("08:30"));
}

#[test]
fn filters_with_a_zone_read_the_location() {
    let uses = |text: &str| Template::compile("x", text, NAMES).unwrap().references().uses("location");
    assert!(uses("{{ now | plus('1d') }}") && uses("{% if 1 %}{{ now | date }}{% endif %}"));
    assert!(!uses("{{ now }}") && !uses("{{ now | upper }}"));
}

#[test]
fn an_hour_that_summer_time_skips_is_taken_as_the_clock_shows_it_afterwards() {
    assert_eq!(before_summer_time("{{ now | next('02:30') | date('%H:%M') }}"), json!("03:30"));
    let end_of_time = at("9999-12-30T00:00:00Z", "{{ now | date('%Y') }}");
    assert_eq!(end_of_time, json!("9999"));
}

#[test]
fn a_time_with_its_zone_in_brackets_is_read() {
    for (text, expected) in [
        ("{{ '2026-01-01T10:00:00+01:00[Europe/Berlin]' | plus('1h') }}", "2026-01-01T10:00:00.000Z"),
        ("{{ '2026-01-01T10:00:00[Europe/Berlin]' | date('%H:%M', 'UTC') }}", "09:00"),
        (
            "{{ '2026-01-01T10:00:00[Europe/Berlin]' | next('09:00', 'Europe/Berlin') }}",
            "2026-01-02T08:00:00.000Z",
        ),
        ("{{ '2026-01-01T10:00:00' | plus('1h') }}", "2026-01-01T00:00:00.000Z"),
    ] {
        assert_eq!(before_summer_time(text), json!(expected), "{text}");
    }
}
