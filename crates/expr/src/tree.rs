//! A JSON value whose texts are templates: the `with` of a step, the payload of a mapping.

use crate::error::EvalError;
use crate::references::References;
use crate::scope::Scope;
use crate::template::Template;
use serde_json::{Map, Value as Json};
use tieline_model::workflow::Problem;

/// How deep lists and objects may lie in one another.
const MAX_TREE_NESTING: usize = 64;

/// A JSON value with its texts compiled. Names of members are taken as they are.
#[derive(Debug)]
pub struct Tree {
    root: Branch,
    references: References,
}

#[derive(Debug)]
enum Branch {
    /// Nothing in it is a template.
    Constant(Json),
    Text(Box<Template>),
    List(Vec<Branch>),
    Object(Vec<(String, Branch)>),
}

impl Tree {
    /// Compiles every text in `value`; places continue `place` (`steps[0].with` gives `steps[0].with.body`).
    ///
    /// # Errors
    /// Every mistake, in the order of the value.
    pub fn compile(place: &str, value: &Json, names: &[&str]) -> Result<Self, Vec<Problem>> {
        let mut builder = Builder { names, problems: Vec::new(), references: References::default() };
        let root = builder.branch(place, value, 0);
        if builder.problems.is_empty() {
            Ok(Self { root, references: builder.references })
        } else {
            Err(builder.problems)
        }
    }

    /// The value with every template in it rendered.
    ///
    /// # Errors
    /// As for [`Template::render`]; the first one met.
    pub fn render(&self, scope: &Scope) -> Result<Json, EvalError> {
        self.root.render(scope)
    }

    /// The members of a tree that was compiled from an object; see [`Tree::render`]. Empty for others.
    ///
    /// # Errors
    /// As for [`Tree::render`].
    pub fn render_object(&self, scope: &Scope) -> Result<Map<String, Json>, EvalError> {
        match self.root.render(scope)? {
            Json::Object(map) => Ok(map),
            _ => Ok(Map::new()),
        }
    }

    /// What it reads.
    #[must_use]
    pub fn references(&self) -> &References {
        &self.references
    }
}

struct Builder<'n> {
    names: &'n [&'n str],
    problems: Vec<Problem>,
    references: References,
}

impl Builder<'_> {
    fn branch(&mut self, place: &str, value: &Json, depth: usize) -> Branch {
        if depth > MAX_TREE_NESTING {
            let message = format!("lies more than {MAX_TREE_NESTING} deep; flatten it");
            self.problems.push(Problem { place: place.to_owned(), message });
            return Branch::Constant(Json::Null);
        }
        match value {
            Json::String(text) => self.text(place, text),
            Json::Array(items) => {
                let branch = |(n, item)| self.branch(&format!("{place}[{n}]"), item, depth + 1);
                constant_list(items.iter().enumerate().map(branch).collect())
            }
            Json::Object(map) => {
                let branch = |(name, value): (&String, _)| {
                    (name.clone(), self.branch(&format!("{place}.{name}"), value, depth + 1))
                };
                constant_object(map.iter().map(branch).collect())
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => Branch::Constant(value.clone()),
        }
    }

    fn text(&mut self, place: &str, text: &str) -> Branch {
        if !crate::segments::is_template(text) {
            return Branch::Constant(Json::String(text.to_owned()));
        }
        match Template::compile(place, text, self.names) {
            Ok(template) => {
                self.references.extend(template.references());
                Branch::Text(Box::new(template))
            }
            Err(problem) => {
                self.problems.push(problem);
                Branch::Constant(Json::Null)
            }
        }
    }
}

fn constant_list(branches: Vec<Branch>) -> Branch {
    let constant: Option<Vec<Json>> = branches.iter().map(Branch::constant).collect();
    constant.map_or(Branch::List(branches), |items| Branch::Constant(Json::Array(items)))
}

fn constant_object(branches: Vec<(String, Branch)>) -> Branch {
    let member = |(name, branch): &(String, Branch)| Some((name.clone(), branch.constant()?));
    let constant: Option<Map<String, Json>> = branches.iter().map(member).collect();
    constant.map_or(Branch::Object(branches), |map| Branch::Constant(Json::Object(map)))
}

impl Branch {
    fn constant(&self) -> Option<Json> {
        match self {
            Self::Constant(value) => Some(value.clone()),
            Self::Text(_) | Self::List(_) | Self::Object(_) => None,
        }
    }

    fn render(&self, scope: &Scope) -> Result<Json, EvalError> {
        match self {
            Self::Constant(value) => Ok(value.clone()),
            Self::Text(template) => template.render(scope),
            Self::List(items) => items.iter().map(|item| item.render(scope)).collect(),
            Self::Object(members) => {
                let member = |(name, branch): &(String, Self)| Ok((name.clone(), branch.render(scope)?));
                members.iter().map(member).collect()
            }
        }
    }
}
