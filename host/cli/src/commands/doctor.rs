//! `cofferdam doctor`: what this machine and this workspace are like, and what is wrong with them.

mod self_test;

use cofferdam_base::{Clock as _, text};
use cofferdam_confine::Reach;
use cofferdam_gate::Fault;
use cofferdam_sandbox::{Allocator, Sandbox};
use cofferdam_store::Folder;
use serde_json::json;

use crate::{
    commands::{CommandResult, Context},
    confinement::Confinement,
    failure::Failure,
    files,
    home::Home,
    model,
    network::NetworkFile,
    output::{self, Format},
    session::{Session, User, read_lock},
    system::SystemClock,
};

/// Look at keys, tools, policies, cache and ledger, and say what is wrong
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  cofferdam doctor\n  cofferdam doctor --clear-cache\n  cofferdam doctor --self-test")]
pub(crate) struct Doctor {
    /// Empty the cache of compiled code first
    #[arg(long)]
    clear_cache: bool,
    /// Try to escape: do what a confined process must not be able to do, and say what the kernel answers
    #[arg(long, conflicts_with = "clear_cache")]
    self_test: bool,
}

/// One thing that was looked at.
struct Finding {
    about: &'static str,
    says: Result<String, Failure>,
}

impl Doctor {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        let home = Home::from_environment()?;
        if self.self_test {
            return self_test::run(home, context);
        }
        // A key may be anywhere: where it is looked for comes before what is out of reach.
        let models = [
            Finding { about: "model", says: configured_model(&home) },
            Finding { about: "embeddings", says: configured_embeddings(&home) },
        ];
        let confinement = context.confine_to(home, Reach::nothing())?;
        let user = User::open(&confinement)?;
        if self.clear_cache {
            clear(&Folder::open_ambient(&user.home.cache)?.folder("code")?)?;
        }
        let mut worst = None;
        for finding in look(&user, &confinement, models, context) {
            match (&finding.says, context.format) {
                (Ok(says), Format::Text) => output::line(&format!("ok    {:<10} {says}", finding.about))?,
                (Ok(says), Format::Json) => output::line(&json!({"about": finding.about, "ok": true, "says": says}).to_string())?,
                (Err(failure), Format::Text) => output::line(&format!("wrong {:<10} {}", finding.about, failure.render().trim_end()))?,
                (Err(failure), Format::Json) => {
                    output::line(&json!({"about": finding.about, "ok": false, "error": failure.json()}).to_string())?;
                }
            }
            if let (Err(failure), None) = (finding.says, &worst) {
                worst = Some(failure);
            }
        }
        worst.map_or(Ok(()), Err)
    }
}

fn look(user: &User, confinement: &Confinement, models: [Finding; 2], context: &Context) -> Vec<Finding> {
    let mut findings = vec![
        Finding { about: "config", says: Ok(user.home.config.display().to_string()) },
        Finding { about: "data", says: Ok(user.home.data.display().to_string()) },
        Finding { about: "cache", says: Ok(user.home.cache.display().to_string()) },
        Finding { about: "keyring", says: Ok(format!("{} keys", user.keyring.keys().count())) },
        Finding { about: "sandbox", says: sandbox() },
        Finding { about: "confined", says: Ok(confinement.state().to_string()) },
        Finding { about: "network", says: network(user) },
    ];
    findings.extend(models);
    match files::real_path(&context.workspace).map_err(Failure::from).and_then(|folder| read_lock(&folder)) {
        Err(failure) => findings.push(Finding { about: "lock", says: Err(failure) }),
        Ok((lock, file)) => {
            let whose = if file.is_some() { "of this workspace" } else { "built in; `cofferdam tool add` makes one here" };
            findings.push(Finding { about: "lock", says: Ok(format!("{} tools, {whose}", lock.entries().len())) });
            for entry in lock.entries() {
                let says = user
                    .verify(entry)
                    .map(|tool| format!("{} {} verified, {}", tool.name(), tool.manifest().version(), tool.component_digest()));
                findings.push(Finding { about: "tool", says });
            }
        }
    }
    match Session::open(confinement, &context.workspace) {
        Err(failure) => findings.push(Finding { about: "workspace", says: Err(failure) }),
        Ok(session) => findings.extend(workspace(&session)),
    }
    findings
}

fn workspace(session: &Session) -> impl Iterator<Item = Finding> {
    let policies = session.gate.policies();
    let opens = format!(
        "workspace opens; {} policy files, {} warnings, {} inactive rules",
        policies.files().len(),
        policies.warnings().len(),
        policies.inactive_rules().len()
    );
    let code = session.gate.tools().iter().map(|tool| {
        let ready = tool.prepared().map_err(Failure::from);
        Finding { about: "code", says: ready.map(|_| format!("{} is compiled and links", tool.verified().name())) }
    });
    std::iter::once(Finding { about: "workspace", says: Ok(opens) }).chain(code)
}

fn configured_model(home: &Home) -> Result<String, Failure> {
    let Some(file) = model::configured(&Folder::open_ambient(&home.config)?)? else {
        return Ok("none; set one with `cofferdam init --url URL --model NAME`".to_owned());
    };
    // Whether the key is there and private; what it is, nobody is told.
    file.server().key(&home.config)?;
    Ok(format!(
        "{} at {} ({}), {}",
        text::inline(&file.model, 80),
        text::inline(&file.url, 120),
        file.api,
        file.server().key_source().place()
    ))
}

fn configured_embeddings(home: &Home) -> Result<String, Failure> {
    let file = model::configured(&Folder::open_ambient(&home.config)?)?;
    let Some(table) = file.and_then(|file| file.embeddings) else {
        return Ok("none; what is recalled is ranked by words".to_owned());
    };
    let server = table.server();
    server.key(&home.config)?;
    Ok(format!("{} at {}, {}", text::inline(&table.model, 80), text::inline(&table.url, 120), server.key_source().place()))
}

/// Whether tools send anything; a secret that has to be replaced is what is wrong with it.
fn network(user: &User) -> Result<String, Failure> {
    let file = NetworkFile::read(&user.config)?;
    let now = SystemClock.now();
    if let Some(due) = file.secrets.iter().find(|secret| now > secret.until) {
        return Err(Fault::SecretDue { secret: due.name.clone() }.into());
    }
    let ports: Vec<String> = file.ports.iter().map(u16::to_string).collect();
    let secrets = file.secrets.len();
    Ok(if file.on {
        format!("on, to ports {}; {secrets} secrets", ports.join(", "))
    } else {
        format!("off; {secrets} secrets; `cofferdam network on` lets tools send what policy permits")
    })
}

fn sandbox() -> Result<String, Failure> {
    Ok(match Sandbox::new()?.allocator() {
        Allocator::Pooled => "pooled instances".to_owned(),
        Allocator::OnDemand => "instances on demand: this machine gives too little address space for a pool; calls are slower".to_owned(),
    })
}

fn clear(folder: &Folder) -> Result<(), Failure> {
    for name in folder.list()? {
        folder.remove(&name)?;
    }
    Ok(folder.sync()?)
}
