//! Requests as Cedar entities. Each entity carries all its ancestors, so that nothing but it has to be looked up.

use std::collections::{HashMap, HashSet};

use cedar_policy::{Entity, EntityId, EntityTypeName, EntityUid, RestrictedExpression};
use cofferdam_base::{ToolName, WorkspacePath};

use crate::{
    control::control_kind,
    error::LoadError,
    executed::{extension, is_executed},
    fold::{fold_path, is_ambiguous},
    host::Host,
    label::{Derivation, Labels, word},
    request::{Integrity, Origin, Via},
    schema::ArgumentRecord,
};

/// The entity types of the schema.
pub(crate) struct EntityTypes {
    pub(crate) call: EntityTypeName,
    pub(crate) run: EntityTypeName,
    tool: EntityTypeName,
    publisher: EntityTypeName,
    path: EntityTypeName,
    host: EntityTypeName,
    pub(crate) secret: EntityTypeName,
    pub(crate) topic: EntityTypeName,
    origin: EntityTypeName,
    via: EntityTypeName,
    integrity: EntityTypeName,
    derivations: Vec<(Option<Derivation>, EntityUid)>,
}

/// An entity of `kind` named `id`.
pub(crate) fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}

impl EntityTypes {
    /// Parses the names once.
    pub(crate) fn new() -> Result<Self, LoadError> {
        let name = |name: &str| name.parse::<EntityTypeName>().map_err(|error| LoadError::refused_signatures(&error));
        let derivation = name("Derivation")?;
        Ok(Self {
            call: name("Call")?,
            run: name("Run")?,
            tool: name("Tool")?,
            publisher: name("Publisher")?,
            path: name("Path")?,
            host: name("Host")?,
            secret: name("Secret")?,
            topic: name("Topic")?,
            origin: name("Origin")?,
            via: name("Via")?,
            integrity: name("Integrity")?,
            derivations: Derivation::or_nothing().map(|known| (known, uid(&derivation, word(known)))).collect(),
        })
    }

    /// A call in its tool and publisher.
    pub(crate) fn call(&self, call: &str, tool: &ToolName, publisher: &str) -> Entity {
        Entity::new_no_attrs(uid(&self.call, call), HashSet::from([uid(&self.tool, tool.as_str()), uid(&self.publisher, publisher)]))
    }

    /// A tool in its publisher.
    pub(crate) fn tool(&self, tool: &ToolName, publisher: &str) -> Entity {
        Entity::new_no_attrs(uid(&self.tool, tool.as_str()), HashSet::from([uid(&self.publisher, publisher)]))
    }

    /// A path in its folders.
    pub(crate) fn path(&self, path: &WorkspacePath) -> Option<Entity> {
        let folded = fold_path(path);
        let text = |value: String| RestrictedExpression::new_string(value);
        let attributes = HashMap::from([
            ("path".to_owned(), text(path.as_str().to_owned())),
            ("folded".to_owned(), text(format!("/{}", folded.join("/")))),
            ("extension".to_owned(), text(folded.last().and_then(|name| extension(name)).unwrap_or_default().to_owned())),
            ("executed".to_owned(), RestrictedExpression::new_bool(is_executed(&folded))),
            ("control".to_owned(), RestrictedExpression::new_bool(control_kind(&folded).is_some())),
            ("ambiguous".to_owned(), RestrictedExpression::new_bool(path.components().any(is_ambiguous))),
        ]);
        let folders = std::iter::successors(path.parent(), WorkspacePath::parent);
        let folders = folders.map(|folder| uid(&self.path, folder.as_str())).collect();
        // Literals cannot fail to evaluate; if they ever did, the request is denied.
        Entity::new(uid(&self.path, path.as_str()), attributes, folders).ok()
    }

    /// A host in its domains.
    pub(crate) fn host(&self, host: &Host, model: bool) -> Option<Entity> {
        let attributes = HashMap::from([
            ("name".to_owned(), RestrictedExpression::new_string(host.as_str().to_owned())),
            ("model".to_owned(), RestrictedExpression::new_bool(model)),
        ]);
        Entity::new(uid(&self.host, host.as_str()), attributes, host.domains().map(|domain| uid(&self.host, domain)).collect()).ok()
    }

    /// Where the arguments of a call come from: `labels`, and `derived` with those that rules can speak about.
    pub(crate) fn labels(&self, labels: &Labels, arguments: &ArgumentRecord) -> Option<[(String, RestrictedExpression); 2]> {
        let entity = |derivation: Option<Derivation>| {
            let (_, uid) = self.derivations.iter().find(|(known, _)| *known == derivation)?;
            Some(RestrictedExpression::new_entity_uid(uid.clone()))
        };
        let sources = labels.sources().iter().map(|function| RestrictedExpression::new_string(function.clone()));
        let secrets = labels.secrets().iter().map(|name| RestrictedExpression::new_string(name.clone()));
        let all = RestrictedExpression::new_record([
            ("target".to_owned(), entity(labels.target())?),
            ("content".to_owned(), entity(labels.content())?),
            ("directed".to_owned(), RestrictedExpression::new_bool(labels.has_user_words())),
            ("sources".to_owned(), RestrictedExpression::new_set(sources)),
            ("secrets".to_owned(), RestrictedExpression::new_set(secrets)),
        ]);
        let known = labels.arguments().iter().filter(|(name, _)| arguments.has(name));
        let derived: Option<Vec<_>> = known.map(|(name, label)| Some((name.clone(), entity(Some(label.derivation))?))).collect();
        let derived = RestrictedExpression::new_record(derived?).ok()?;
        Some([("labels".to_owned(), all.ok()?), ("derived".to_owned(), derived)])
    }

    /// Who named the address of a request.
    pub(crate) fn via(&self, via: Via) -> RestrictedExpression {
        RestrictedExpression::new_entity_uid(uid(&self.via, via.as_str()))
    }

    /// The circumstances that every context starts with.
    pub(crate) fn circumstances(&self, origin: Origin, integrity: Integrity) -> Vec<(String, RestrictedExpression)> {
        vec![
            ("origin".to_owned(), RestrictedExpression::new_entity_uid(uid(&self.origin, origin.as_str()))),
            ("integrity".to_owned(), RestrictedExpression::new_entity_uid(uid(&self.integrity, integrity.as_str()))),
        ]
    }
}
