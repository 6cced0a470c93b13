//! The order of places in a document.

/// The parts of a document and of a step, in the order in which people write them.
const PARTS: [&str; 19] = [
    "document",
    "tieline",
    "name",
    "description",
    "trigger",
    "on",
    "concurrency",
    "id",
    "do",
    "wait",
    "for",
    "until",
    "event",
    "within",
    "unless",
    "when",
    "with",
    "if",
    "steps",
];

/// One part of a place. Numbers are compared as numbers, so that `steps[10]` comes after `steps[9]`.
#[derive(PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Part {
    rank: usize,
    number: usize,
    name: String,
}

/// What places are sorted by.
pub(super) fn of(place: &str) -> Vec<Part> {
    place.split(['.', '[', ']']).filter(|part| !part.is_empty()).map(part).collect()
}

fn part(name: &str) -> Part {
    let rank = PARTS.iter().position(|known| *known == name).unwrap_or(PARTS.len());
    match name.parse() {
        Ok(number) => Part { rank: 0, number, name: String::new() },
        Err(_) => Part { rank: rank + 1, number: 0, name: name.to_owned() },
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn places_are_in_the_order_of_the_document() {
        let mut places = [
            "steps[10].with",
            "steps[9].if[0].steps[0].do",
            "concurrency",
            "steps[9].if[0].when",
            "steps[9]",
            "trigger.when",
            "trigger.on",
            "name",
        ];
        places.sort_by_cached_key(|place| super::of(place));
        assert_eq!(
            places,
            [
                "name",
                "trigger.on",
                "trigger.when",
                "concurrency",
                "steps[9]",
                "steps[9].if[0].when",
                "steps[9].if[0].steps[0].do",
                "steps[10].with",
            ]
        );
    }
}
