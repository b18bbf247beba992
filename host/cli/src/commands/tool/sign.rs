//! `cofferdam tool sign`.

use std::path::PathBuf;

use cofferdam_base::Digest;
use cofferdam_confine::Reach;
use cofferdam_trust::{Manifest, SigningKey, key::MAX_PEM_BYTES, manifest::MAX_MANIFEST_BYTES, statement, verify::MAX_COMPONENT_BYTES};

use crate::{
    commands::CommandResult,
    files::{self, Overwrite, Readers},
    output,
};

/// Sign a built tool: one statement over the component's digest and the whole manifest
#[derive(clap::Args)]
#[command(after_help = "Example:\n  cofferdam tool sign out/files.manifest.json --key publisher.pem")]
pub(crate) struct Sign {
    /// The manifest that `tool build` wrote; NAME.wasm stands beside it
    manifest: PathBuf,
    /// The secret key (PKCS#8 PEM)
    #[arg(long)]
    key: PathBuf,
}

impl Sign {
    pub(crate) fn run(self) -> CommandResult {
        let manifest = files::read(&self.manifest, MAX_MANIFEST_BYTES as u64)?;
        let pem = files::read_text(&self.key, MAX_PEM_BYTES as u64)?;
        Reach::nothing().writing(files::folder_of(&self.manifest)).confine();
        let manifest = Manifest::from_json(&manifest)?;
        let beside = |suffix: &str| self.manifest.with_file_name(format!("{}.{suffix}", manifest.name()));
        let component = files::read(&beside("wasm"), MAX_COMPONENT_BYTES as u64)?;
        let key = SigningKey::from_pem(&pem)?;
        let signed = statement::sign(&manifest, Digest::of(&component), &key)?;
        let out = beside("dsse.json");
        files::write(&out, &signed, Overwrite::Yes, Readers::Everybody)?;
        output::line(&out.to_string_lossy())?;
        output::say(&format!("{} {} signed by {}", manifest.name(), manifest.version(), key.public().id()));
        Ok(())
    }
}
