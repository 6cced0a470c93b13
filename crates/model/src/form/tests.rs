use super::kinds::{Email, Flag, Integer, Ref, Tags, Text};
use super::*;
use crate::location::Location;

fn form() -> Form {
    Form::new([
        Field::new("contactId", Ref("contact"), "the contact").in_path(),
        Field::new("limit", Integer(1..=100), "how many").in_query(),
        Field::new("title", Text::line(), "what").required(),
        Field::new("email", Email, "where"),
        Field::new("done", Flag, "whether").ignores_null(),
        Field::new("tags", Tags, "which"),
        Field::new("when", Text::line(), "how").only_for(Door::Api),
    ])
}

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(map) = value else { panic!("not an object") };
    map
}

fn read(body: Value) -> Result<Input, Vec<String>> {
    let mut body = object(body);
    let read = form().read(&Location::anywhere(), |field| match field.place {
        Place::Path => Some(json!("c1")),
        Place::Query => Some(json!("7")),
        Place::Body => body.remove(field.name.as_ref()),
    });
    read.map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

fn rendered(with: Value) -> Result<Input, Vec<String>> {
    let read = form().read_rendered(&Location::anywhere(), object(with));
    read.map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

#[test]
fn absent_null_and_empty_differ() {
    let input = read(json!({"title": "x", "email": "", "tags": null, "done": null})).unwrap();
    assert_eq!(input.patch("email"), &Patch::Clear);
    assert_eq!(input.patch("tags"), &Patch::Clear);
    assert_eq!(input.patch("done"), &Patch::Keep);
    assert_eq!(input.patch("when"), &Patch::Keep);
    assert_eq!(input.id::<String>("contactId"), "c1");
    assert_eq!(input.integer("limit"), Some(7));
}

#[test]
fn every_error_is_reported_and_what_is_missing_comes_first() {
    let errors = read(json!({"email": "no", "done": "true", "tags": [true], "title": null})).unwrap_err();
    assert_eq!(
        errors,
        [
            "title should not be empty",
            "email must be an email",
            "done must be a boolean value",
            "each value in tags must be a string",
        ]
    );
}

#[test]
fn what_templates_render_is_taken_as_it_is_meant() {
    let with = json!({"contactId": "c1", "title": 412345679.0, "done": "true", "tags": [42], "limit": "5"});
    let input = rendered(with).unwrap();
    assert_eq!(input.text("title"), Some("412345679"));
    assert_eq!(input.boolean("done"), Some(true));
    assert_eq!(input.texts("tags"), ["42"]);
    assert_eq!(input.integer("limit"), Some(5));
}

#[test]
fn an_optional_value_that_does_not_fit_is_left_out_with_a_warning() {
    let input = rendered(json!({"contactId": "c1", "title": "x", "email": "call me", "tags": ""})).unwrap();
    assert_eq!(input.patch("email"), &Patch::Keep);
    assert_eq!(input.warnings(), ["email must be an email; `call me` was left out"]);
    let errors = rendered(json!({"contactId": "c1", "title": {}, "when": "x"})).unwrap_err();
    assert_eq!(errors, ["title must be a string", "property when should not exist"]);
}

#[test]
fn texts_and_lists_have_a_limit_that_the_schema_names() {
    // Composed, each of these is one character.
    let fits = "e\u{301}".repeat(1000);
    assert_eq!(read(json!({"title": fits})).unwrap().text("title").map(str::len), Some(2000));
    let errors = read(json!({"title": "\u{fdfa}".repeat(1001)})).unwrap_err();
    assert_eq!(errors, ["title must be shorter than or equal to 1000 characters"]);
    let tags = |tags: Vec<String>| read(json!({"title": "x", "tags": tags})).unwrap_err();
    assert_eq!(
        tags(vec!["t".repeat(201)]),
        ["each value in tags must be shorter than or equal to 200 characters"]
    );
    assert_eq!(tags(vec!["t".to_owned(); 1001]), ["tags must contain no more than 1000 elements"]);
    let schema = form().schema(Door::Api, |_| true);
    assert_eq!(schema["properties"]["title"]["maxLength"], 1000);
    assert_eq!(schema["properties"]["tags"]["maxItems"], 1000);
    assert_eq!(schema["properties"]["tags"]["items"]["maxLength"], 200);
}

#[test]
fn a_step_passes_on_no_character_u_0000() {
    let input =
        rendered(json!({"contactId": "c1", "title": "a\0b", "tags": ["v\0ip"], "email": "\0"})).unwrap();
    assert_eq!((input.text("title"), input.texts("tags")), (Some("ab"), vec!["vip".to_owned()]));
    assert_eq!(input.warnings(), [""; 0]);
}

#[test]
fn a_text_of_blanks_is_empty() {
    assert_eq!(read(json!({"title": " \n"})).unwrap_err(), ["title should not be empty"]);
    assert_eq!(
        rendered(json!({"contactId": "c1", "title": " "})).unwrap_err(),
        ["title should not be empty"]
    );
}

#[test]
fn an_item_of_a_list_that_came_out_empty_is_dropped_alone() {
    let with = |tags: Value| rendered(json!({"contactId": "c1", "title": "x", "tags": tags})).unwrap();
    let input = with(json!([null, "gold", ""]));
    assert_eq!((input.texts("tags"), input.warnings()), (vec!["gold".to_owned()], &[][..]));
    assert_eq!(with(json!([null, ""])).patch("tags"), &Patch::Keep);
    assert_eq!(with(json!([])).patch("tags"), &Patch::Set(json!([])));
}

#[test]
fn a_literal_that_is_empty_is_missing_where_it_is_needed() {
    let Value::Object(constants) = json!({"contactId": "", "title": "", "email": "", "tags": []}) else {
        panic!("not an object")
    };
    let wrong = form().check_constants(&constants);
    let fields: Vec<&str> = wrong.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["contactId", "title"]);
    assert_eq!(wrong[1].reason(), "should not be empty");
}

#[test]
fn a_sample_fits_its_form() {
    let sample = form().sample(Door::Workflow, |_| true);
    assert_eq!(rendered(Value::Object(sample)).unwrap().warnings(), [""; 0]);
}

#[test]
fn the_schema_says_what_is_required_by_which_door() {
    let schema = form().schema(Door::Api, |field| field.place == Place::Body);
    assert_eq!(schema["required"], json!(["title"]));
    assert_eq!(
        schema["properties"]["email"],
        json!({"type": ["string", "null"], "format": "email", "description": "where"})
    );
    assert!(schema["properties"]["limit"].is_null());
}
