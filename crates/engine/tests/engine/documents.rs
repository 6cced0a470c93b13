//! What is wrong with documents whose shape is right.

use crate::common::{problems, program, with_steps};
use tieline_engine::CustomFields;

#[test]
fn every_mistake_is_told_with_its_place_and_the_fix() {
    let found = problems(
        "
tieline: 1
name: x
trigger: { on: paythen.payment.faild, when: steps.a }
concurrency: '{{ triger.id }}'
steps:
  - { do: contacts.add-tag, with: { tags: [a] } }
  - { do: contacts.add-tags, with: { tag: [a] } }
  - { do: contacts.create-note, with: { body: '{{ trigger.id | uper }}' } }
  - wait: { for: 1d, unless: paythen.plan.recoverd }
  - wait: { event: nothing.like.it, within: 1d }
  - wait: { until: tomorrow }
  - if: [{ when: 'steps.later.x = 1', steps: [] }, { when: steps.later.x, steps: [] }]
  - { id: later, do: http.request, with: { url: '{{ steps.later.url }}' } }
  - stop: { reason: '{{ nobody }}' }
",
    );
    let expected = [
        "trigger.on: `paythen.payment.faild` is not an event that is known; did you mean `paythen.payment.failed`?",
        "trigger.when: `steps` is not known here",
        "concurrency: `triger` is not known here; did you mean `trigger`?",
        "steps[0].do: `contacts.add-tag` is not an action that is known; did you mean `contacts.add-tags`?",
        "steps[1].with.tag: is not a field of `contacts.add-tags`; did you mean `tags`?",
        "steps[1].with.tags: is missing; give what it is about",
        "steps[2].with.body: `uper` is not a filter that is known; did you mean `upper`?",
        "steps[3].wait.unless: `paythen.plan.recoverd` is not an event",
        "steps[4].wait.event: `nothing.like.it` is not an event that is known; known are",
        "steps[5].wait.until: is not a time; write it like 2026-11-23T12:00:00Z",
        "steps[6].if[0].when: `=` sets a value",
        "steps[6].if[1].when: `steps.later` is not there yet: no step above has `id: later`",
        "steps[7].with: `steps.later` is not there yet",
        "steps[8].stop.reason: `nobody` is not known here",
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}\nis not\n{expected}");
    }
}

#[test]
fn a_step_may_read_what_a_branch_above_it_gave() {
    let text = with_steps(
        "
  - if: [{ when: trigger.x, steps: [{ id: a, do: http.request, with: { url: x } }] }]
  - stop: { reason: '{{ steps.a.y }}' }
",
    );
    crate::common::program(&text);
}

/// The custom fields that a workflow with these expressions reads.
fn custom_fields(text: &str) -> CustomFields {
    program(&with_steps(&format!("  - stop: {{ reason: \"{text}\" }}"))).custom_fields().clone()
}

#[test]
fn the_custom_fields_that_are_read_are_known_when_compiling() {
    let keys = |keys: &[&str]| CustomFields::Keys(keys.iter().map(|key| (*key).to_owned()).collect());
    assert_eq!(custom_fields("{{ trigger.contact.plan }}"), CustomFields::None);
    assert_eq!(
        custom_fields("{{ contact.firstName }} {{ contact.first_name }} {{ contact.full_name | upper }}"),
        CustomFields::None
    );
    assert_eq!(
        custom_fields("{{ contact.plan_name | upper }} {{ contact['2nd'] }}"),
        keys(&["2nd", "plan_name"])
    );
    let any = custom_fields("{{ contact['plan'] | upper }}");
    assert_eq!(["plan", "name", "first_name"].map(|key| any.include(key)), [true, false, false]);
    let trigger =
        "tieline: 1\nname: x\ntrigger: { on: contact.created, when: contact.plan == 'Gold' }\nsteps: []";
    assert_eq!(program(trigger).custom_fields(), &keys(&["plan"]));
}
