//! What is reported when a document is saved, because no event could make it right: cases D7 and D16.

use tieline_expr::{Condition, Template};

const NAMES: &[&str] = &["trigger", "contact", "now", "location"];

fn refused(text: &str) -> String {
    Template::compile("x", text, NAMES).err().map_or("not refused".to_owned(), |problem| problem.message)
}

#[test]
fn arguments_that_no_run_could_use_are_refused() {
    for (text, expected) in [
        ("{{ now | plus('1 moon') }}", "`1 moon` is not a length of time; write it like 90s"),
        ("{{ now | plus(1) }}", "`plus(1)` needs a text; write `plus('1d')`"),
        ("{{ now | plus }}", "`plus` needs to know what"),
        ("{{ now | date('%d', 'Sydney') }}", "did you mean `Australia/Sydney`?"),
        ("{{ now | date('%d', 'new york') }}", "did you mean `America/New_York`?"),
        ("{{ now | date('%d', 'Australia/Sidney') }}", "did you mean `Australia/Sydney`?"),
        ("{{ now | date('%d', 'Mars/Base') }}", "write it like Australia/Sydney"),
        ("{{ now | date('%!') }}", "the date's format can't be used"),
        ("{{ now | at('nine') }}", "`nine` is not a time of day; write it like 09:00"),
        ("{{ now | at('25:00') }}", "is not a time of day"),
        ("{{ now | next('moonday 09:00') }}", "write it like 'monday'"),
        ("{{ trigger.n | money('dollars') }}", "is not a currency"),
        ("{% if 1 %}{{ now | plus('soon') }}{% endif %}", "`soon` is not a length of time"),
        ("{{ 'tomorrow' | date('%d') }}", "`tomorrow` is not a time"),
        ("{{ 'a' * 2 }}", "calculations need numbers"),
    ] {
        assert!(refused(text).contains(expected), "{text}: {}", refused(text));
    }
    assert!(Condition::compile("x", "'a' + 1 > 2", NAMES).is_err());
}

#[test]
fn what_works_or_depends_on_the_event_is_saved() {
    for text in [
        "{{ now | plus('1 month') }}",
        "{{ now | plus('1 day') }}",
        "{{ now | plus(trigger.wait) }}",
        "{{ now | plus('1d', trigger.zone) }}",
        "{{ now | date('%d', location.timezone) }}",
        "{{ trigger.n | money(trigger.currency) }}",
        "{{ trigger.tags | join('1 moon') }}",
    ] {
        assert!(Template::compile("x", text, NAMES).is_ok(), "{text}");
    }
}

#[test]
fn words_and_signs_of_other_languages_are_answered_with_the_right_ones() {
    for (text, expected) in [
        ("{{ trigger.a AND trigger.b }}", "write `and`"),
        ("{{ contact.tags contains 'vip' }}", "write `'vip' in contact.tags`"),
        ("{{ “a” }}", "`“` has no meaning here; write \""),
        ("{{ ‘a’ in contact.tags }}", "write '"),
        ("{{ trigger.a ≥ 1 }}", "write >="),
        ("{{ trigger.a === 1 }}", "write `==`"),
        ("{{ trigger.a <> 1 }}", "write `!=`"),
        ("{{ trigger.a => 1 }}", "write `>=`"),
        ("{{ trigger.a = 1 }}", "write `==`"),
        ("{{ trigger.a && 1 }}", "write `and`"),
        ("{{ trigger.a 1 }}", "no operator"),
        ("{{ trigger.a + }}", "ends too early"),
        ("{{ (trigger.a }}", "`(` is closed by `}`"),
        ("{{ trigger.a", "the closing }} is missing"),
        ("{% if trigger.a then %}x{% endif %}", "between `a` and `then`"),
        ("{% for x of trigger.a %}x{% endfor %}", "write `in`"),
        ("{{ trigger.a) }}", "`)` closes nothing"),
        ("{% if trigger.a %}x", "endif"),
    ] {
        assert!(refused(text).contains(expected), "{text}: {}", refused(text));
    }
}

#[test]
fn a_template_that_reads_nothing_has_a_constant_value() {
    let constant = |text: &str| Template::compile("x", text, NAMES).unwrap().constant();
    assert_eq!(constant("{{ 'a' ~ 1 }}"), Some("a1".into()));
    assert_eq!(constant("plain"), Some("plain".into()));
    assert_eq!(constant("{{ trigger.id }}"), None);
    // The location's zone decides.
    assert_eq!(constant("{{ '2026-12-24T09:00' | plus('1h') }}"), None);
}
