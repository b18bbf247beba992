//! `cofferdam network`: whether tools may send anything, and to which ports the process can connect.

use serde_json::json;

use crate::{
    commands::{CommandResult, Context},
    network::NetworkFile,
    output::{self, Format},
    session::User,
};

/// Switch the network of tools on and off, and see what they reach
#[derive(clap::Args)]
pub(crate) struct Network {
    #[command(subcommand)]
    command: NetworkCommand,
}

#[derive(clap::Subcommand)]
enum NetworkCommand {
    /// Say whether it is on, and which ports the process can connect to
    #[command(after_help = "Examples:\n  cofferdam network show\n  cofferdam network show --format json")]
    Show,
    /// Let tools send what policy permits. Which hosts and methods, the policies say; the kernel holds the process to the ports
    #[command(after_help = "Examples:\n  cofferdam network on\n  cofferdam network on --port 443 --port 8443")]
    On {
        /// A TCP port that the process can connect to; repeat for more
        #[arg(long = "port", value_name = "PORT", default_values_t = [443])]
        ports: Vec<u16>,
    },
    /// Let no tool send anything
    #[command(after_help = "Example:\n  cofferdam network off")]
    Off,
}

impl Network {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        let user = User::open(&context.confine()?)?;
        let mut file = NetworkFile::read(&user.config)?;
        match self.command {
            NetworkCommand::Show => {}
            NetworkCommand::On { ports } => {
                (file.on, file.ports) = (true, ports.into_iter().collect());
                file.keep(&user.config)?;
            }
            NetworkCommand::Off => {
                file.on = false;
                file.keep(&user.config)?;
            }
        }
        show(&file, context.format)
    }
}

fn show(file: &NetworkFile, format: Format) -> CommandResult {
    let ports: Vec<String> = file.ports.iter().map(u16::to_string).collect();
    match (format, file.on) {
        (Format::Json, on) => output::line(&json!({"on": on, "ports": file.ports, "secrets": file.secrets.len()}).to_string())?,
        (Format::Text, false) => output::line("off: no tool sends anything")?,
        (Format::Text, true) => output::line(&format!(
            "on: tools send what policy permits, to ports {}; {} secrets (`cofferdam secret list`)",
            ports.join(", "),
            file.secrets.len()
        ))?,
    }
    Ok(())
}
