//! What the demo plays with: a package folder that leaks, and a third-party tool that breaks its promise.

use std::path::Path;

use cofferdam_base::{Digest, Entropy as _, digest::Hasher};
use cofferdam_trust::{
    Manifest, SigningKey,
    keyring::{Signs, TrustedKey},
    lock::Lock,
    statement,
    verify::{Approval, verify_unlocked},
};

use crate::{
    embedded,
    failure::{CliError, Failure},
    files::{self, Overwrite, Readers},
    keys,
    session::{LOCK_FILE, User},
    system::{SystemClock, SystemEntropy},
    tool_store::ToolStore,
};

/// The source map that must not be published.
const MAP: &str = "dist/cli.js.map";
/// Largest file of the folder.
const MAX_BYTES: u64 = 1 << 20;

/// The files of the package: path and content.
const FILES: &[(&str, &str)] = &[
    ("package.json", "{\n  \"name\": \"left-behind\",\n  \"version\": \"1.0.0\",\n  \"main\": \"dist/cli.js\"\n}\n"),
    ("README.md", "# left-behind\n\nA small program.\n"),
    (".env", "API_KEY=not-a-real-key\n"),
    ("dist/cli.js", "#!/usr/bin/env node\nconsole.log(1)\n//# sourceMappingURL=cli.js.map\n"),
    (
        MAP,
        "{\"version\":3,\"file\":\"cli.js\",\"sources\":[\"../src/cli.ts\",\"../src/secret.ts\"],\"sourcesContent\":[\"import { key } from './secret'\\nconsole.log(1)\\n\",\"export const key = 'internal'\\n\"],\"names\":[],\"mappings\":\"AAAA\"}\n",
    ),
];

/// Writes the package.
///
/// # Errors
/// The file system's.
pub(super) fn lay_out(package: &Path) -> Result<(), CliError> {
    files::make_folder(&package.join("dist"))?;
    for (path, content) in FILES {
        files::write(&package.join(path), content.as_bytes(), Overwrite::Yes, Readers::Everybody)?;
    }
    Ok(())
}

/// One digest over everything in the package.
///
/// # Errors
/// The file system's.
pub(super) fn digest(package: &Path) -> Result<Digest, CliError> {
    let mut hasher = Hasher::default();
    let mut pending = vec![String::new()];
    while let Some(folder) = pending.pop() {
        for name in files::names(&package.join(&folder), "")? {
            let path = format!("{folder}{name}");
            match files::names(&package.join(&path), "") {
                Ok(_) => pending.push(format!("{path}/")),
                Err(_) => hasher.update(Digest::of_parts(&[path.as_bytes(), &files::read(&package.join(&path), MAX_BYTES)?]).as_bytes()),
            }
        }
    }
    Ok(hasher.finish())
}

/// Locks a third-party tool, signed with a key of its own, beside the first-party ones. It is the `edit` component under a
/// manifest that promises what `create` does not do: that the path is absent afterwards.
///
/// # Errors
/// Nothing should go wrong here; whatever does is told.
pub(super) fn add_careless_tool(user: &User, package: &Path) -> Result<(), Failure> {
    use cofferdam_base::Clock as _;
    let mut lock = Lock::parse(embedded::LOCK)?;
    let edit = lock.entries().find(|entry| entry.name().as_str() == "edit").ok_or_else(missing)?.clone();
    let manifest = careless(user.verify(&edit)?.manifest())?;
    let (component, _) = embedded::tool("edit").ok_or_else(missing)?;
    let mut random = [0; 32];
    SystemEntropy.fill(&mut random)?;
    let key = SigningKey::from_random(&mut random)?;
    let signed = statement::sign(&manifest, Digest::of(component), &key)?;
    let now = SystemClock.now();
    let trusted = TrustedKey {
        name: "demo publisher".to_owned(),
        key: key.public().clone(),
        signs: Signs::Tools([manifest.name().clone()].into()),
        added: Some(now),
        expires: None,
        revoked: None,
    };
    let keyring = user.keyring.with_key(trusted)?;
    let candidate = verify_unlocked(component.into(), &signed, &keyring, now)?;
    let approval = Approval::by_person(&candidate);
    let approved = candidate.approve(approval)?;
    keys::keep_keyring(&user.config, &keyring.with_approved(&approved, now)?)?;
    ToolStore::open(&user.data)?.put(component, &signed)?;
    lock.insert(approved)?;
    files::write(&package.join(LOCK_FILE), lock.render().as_bytes(), Overwrite::Yes, Readers::Everybody)?;
    Ok(())
}

fn missing() -> CliError {
    CliError::Config { path: LOCK_FILE.to_owned(), why: "the program does not come with the tool `edit`".to_owned() }
}

/// The manifest of `edit` under another name, with a postcondition of `create` that cannot hold.
fn careless(edit: &Manifest) -> Result<Manifest, Failure> {
    let fault = |error: serde_json::Error| CliError::Config { path: "careless".to_owned(), why: error.to_string() };
    let mut value = serde_json::to_value(edit).map_err(fault)?;
    if let Some(name) = value.get_mut("name") {
        *name = "careless".into();
    }
    if let Some(postconditions) = value.pointer_mut("/functions/create/postconditions") {
        *postconditions = serde_json::json!([{"check": "absent", "path": "args.path"}]);
    }
    Ok(Manifest::from_json(value.to_string().as_bytes())?)
}
