//! What is confidential in what comes of a call, by name: what a person let be read that a rule asked about, what the files carry that
//! it read, and what a secret opened on the network. It joins in the call's record, for an outcome as for the words of a refusal.

use std::collections::BTreeSet;

use cofferdam_store::{PathAccess, ReadSet};
use serde_json::{Value, json};

use crate::{gate::Gate, guard::Granted, network::Exchange, record::Record, refusal::Fault};

/// The paths whose reading a rule asked about and a person allowed: from then on they are confidential, under their names.
pub(crate) fn approved_reads(granted: &Granted) -> BTreeSet<String> {
    let read = granted.iter().filter(|((access, _), grant)| *access == PathAccess::Read && grant.approved_by().is_some());
    read.map(|((_, path), _)| path.as_str().to_owned()).collect()
}

/// Adds what may be carried to an object that tells of it; nothing where there is nothing to tell.
pub(crate) fn tell(object: &mut Value, secrets: &BTreeSet<String>) {
    if let Some(members) = object.as_object_mut().filter(|_| !secrets.is_empty()) {
        members.insert("confidential".to_owned(), json!(secrets));
    }
}

impl Gate {
    /// What is confidential at the paths that a call may read: what a person let be read, and what the files there carry now.
    ///
    /// # Errors
    /// The state folder's.
    pub(crate) fn secrets_at(&self, granted: &Granted) -> Result<BTreeSet<String>, Fault> {
        let read = granted.keys().filter(|(access, _)| *access == PathAccess::Read);
        let contents = read.filter_map(|(_, path)| self.workspace.digest(path).ok().flatten());
        let mut secrets = self.file_labels().of_contents(&self.state, contents)?;
        secrets.extend(approved_reads(granted));
        Ok(secrets)
    }

    /// Takes down what is confidential in what a call read of the workspace and of the network: before anything that its tool said is
    /// used.
    ///
    /// # Errors
    /// The state folder's.
    pub(crate) fn note_secrets(&self, reads: &ReadSet, exchange: Option<&Exchange>, record: &mut Record<'_>) -> Result<(), Fault> {
        record.secrets.extend(self.file_labels().of_reads(&self.state, reads.iter().map(|(_, fact)| fact))?);
        record.secrets.extend(exchange.map(Exchange::secrets).unwrap_or_default());
        Ok(())
    }
}
