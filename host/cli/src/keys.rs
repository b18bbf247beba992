//! The host's own keys and the user's keyring: 0600 files in the configuration folder, made on first use.

use cofferdam_base::Entropy;
use cofferdam_ledger::Signer;
use cofferdam_sandbox::CacheKey;
use cofferdam_store::{Folder, StateError};
use cofferdam_trust::{Keyring, TrustRoot, keyring::MAX_KEYRING_BYTES};

use crate::failure::{CliError, Failure};

const CACHE_KEY: &str = "cache.key";
const LEDGER_SEED: &str = "ledger.key";
/// Name of the user's keyring.
pub(crate) const KEYRING: &str = "keyring.toml";

/// The secret of a file, made on first use.
fn secret(config: &Folder, name: &str, entropy: &dyn Entropy) -> Result<[u8; 32], Failure> {
    if let Some(bytes) = config.read(name, 32)? {
        return bytes.try_into().map_err(|_| CliError::Config { path: name.to_owned(), why: "it is not 32 bytes long".to_owned() }.into());
    }
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes)?;
    config.replace(name, &bytes)?;
    Ok(bytes)
}

/// The key without which no compiled code is loaded.
///
/// # Errors
/// The file cannot be read or made.
pub(crate) fn cache_key(config: &Folder, entropy: &dyn Entropy) -> Result<CacheKey, Failure> {
    Ok(CacheKey::new(secret(config, CACHE_KEY, entropy)?))
}

/// The key that signs a project's ledger.
///
/// # Errors
/// The file cannot be read or made.
pub(crate) fn ledger_signer(config: &Folder, project: &str, entropy: &dyn Entropy) -> Result<Signer, Failure> {
    let origin = format!("cofferdam/{project}");
    let origin = origin
        .parse()
        .map_err(|error: cofferdam_ledger::key::KeyError| CliError::Config { path: project.to_owned(), why: error.to_string() })?;
    Ok(Signer::from_seed(origin, &secret(config, LEDGER_SEED, entropy)?))
}

/// The user's keyring; the built-in one where the user has none.
///
/// # Errors
/// The file does not read back.
pub(crate) fn keyring(config: &Folder) -> Result<Keyring, Failure> {
    match config.read(KEYRING, MAX_KEYRING_BYTES as u64)? {
        None => Ok(Keyring::builtin()?),
        Some(bytes) => {
            let text = String::from_utf8(bytes).map_err(|error| CliError::Config { path: KEYRING.to_owned(), why: error.to_string() })?;
            Ok(Keyring::parse(&text, &TrustRoot::first_party()?)?)
        }
    }
}

/// Keeps the user's keyring.
///
/// # Errors
/// The file cannot be written.
pub(crate) fn keep_keyring(config: &Folder, keyring: &Keyring) -> Result<(), StateError> {
    config.replace(KEYRING, keyring.render().as_bytes())
}
