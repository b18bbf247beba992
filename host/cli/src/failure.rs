//! What goes wrong on the command line, and how a person is told.

use std::{fmt, io};

use cofferdam_base::{Class, Diagnostic, error::causes, text};

/// Any error of the product on its way to the person.
pub(crate) struct Failure(Box<dyn Diagnostic + Send + Sync>);

impl<D: Diagnostic + Send + Sync + 'static> From<D> for Failure {
    fn from(error: D) -> Self {
        Self(Box::new(error))
    }
}

impl Failure {
    /// One that comes from where it can be any error.
    pub(crate) fn of(trouble: Box<dyn Diagnostic + Send + Sync>) -> Self {
        Self(trouble)
    }

    /// The error itself.
    pub(crate) fn into_trouble(self) -> Box<dyn Diagnostic + Send + Sync> {
        self.0
    }

    /// The exit code that the error's class asks for.
    pub(crate) fn exit_code(&self) -> u8 {
        if self.0.code() == BROKEN_PIPE { 141 } else { self.0.class().exit_code() }
    }

    /// The lines for standard error. Everything that came from outside is escaped.
    pub(crate) fn render(&self) -> String {
        let mut lines = format!("error[{}]: {}\n", self.0.code(), text::block(&self.0.to_string(), 4000));
        for cause in causes(&*self.0) {
            lines.push_str(&format!("caused by: {}\n", text::inline(&cause, 1000)));
        }
        if let Some(hint) = self.0.hint() {
            lines.push_str(&format!("hint: {}\n", text::inline(&hint, 500)));
        }
        lines
    }

    /// The same as one JSON object, for `--format json`.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "error": {
                "code": self.0.code(),
                "message": self.0.to_string(),
                "causes": causes(&*self.0),
                "hint": self.0.hint(),
                "exit": self.exit_code(),
            }
        })
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render())
    }
}

const BROKEN_PIPE: &str = "cli.broken-pipe";

/// An error of the command line itself.
#[derive(Debug)]
pub(crate) enum CliError {
    /// Standard output cannot be written.
    Output(io::Error),
    /// A file that the command line names cannot be read or written.
    File { path: String, what: &'static str, source: io::Error },
    /// An argument that the parser cannot judge.
    Argument { name: &'static str, value: String, why: String },
    /// The home folder is not known.
    NoHome,
    /// A file of the product's own folders does not read back.
    Config { path: String, why: String },
    /// No model was configured.
    NoModel,
    /// Signals cannot be watched for.
    Signals(io::Error),
    /// A file that holds a secret and that others may read.
    Exposed { path: String },
    /// A program that a command starts did not do its work.
    Program { program: String, why: String },
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Output(_) => f.write_str("standard output cannot be written"),
            Self::File { path, what, .. } => write!(f, "`{}` cannot be {what}", text::inline(path, 300)),
            Self::Argument { name, value, why } => write!(f, "argument `{name}` is `{}`: {why}", text::inline(value, 120)),
            Self::NoHome => f.write_str("neither `COFFERDAM_HOME` nor `HOME` is set, so there is no place for keys and state"),
            Self::NoModel => f.write_str("no model is configured"),
            Self::Signals(_) => f.write_str("signals of the operating system cannot be watched for"),
            Self::Exposed { path } => write!(f, "`{}` holds a secret, and others than its owner may read it", text::inline(path, 300)),
            Self::Config { path, why } => write!(f, "`{}` does not read back: {}", text::inline(path, 300), text::inline(why, 500)),
            Self::Program { program, why } => write!(f, "`{program}` did not finish its work: {}", text::block(why, 3000)),
        }
    }
}

impl std::error::Error for CliError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Output(source) | Self::Signals(source) | Self::File { source, .. } => Some(source),
            Self::Argument { .. } | Self::NoHome | Self::NoModel | Self::Exposed { .. } | Self::Config { .. } | Self::Program { .. } => {
                None
            }
        }
    }
}

impl Diagnostic for CliError {
    fn code(&self) -> &'static str {
        match self {
            Self::Output(source) if source.kind() == io::ErrorKind::BrokenPipe => BROKEN_PIPE,
            Self::Output(_) => "cli.output",
            Self::File { .. } => "cli.file",
            Self::Argument { .. } => "cli.argument",
            Self::NoHome => "cli.no-home",
            Self::NoModel => "cli.no-model",
            Self::Signals(_) => "cli.signals",
            Self::Exposed { .. } => "cli.exposed-secret",
            Self::Config { .. } => "cli.config",
            Self::Program { .. } => "cli.program",
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Output(_)
            | Self::Signals(_)
            | Self::File { .. }
            | Self::NoHome
            | Self::NoModel
            | Self::Config { .. }
            | Self::Program { .. } => Class::Failed,
            Self::Exposed { .. } => Class::NotVerified,
            Self::Argument { .. } => Class::Usage,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NoHome => Some("set COFFERDAM_HOME to a folder of yours: `COFFERDAM_HOME=~/.cofferdam cofferdam doctor`".to_owned()),
            Self::NoModel => Some("set one with `cofferdam init --url URL --model NAME`".to_owned()),
            Self::Exposed { path } => Some(format!("make it yours alone with `chmod 600 {path}`")),
            Self::Argument { .. } => Some("see `cofferdam help`".to_owned()),
            Self::Config { .. } => Some("see what is wrong with `cofferdam doctor`".to_owned()),
            Self::File { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => Some(
                "look at its permissions; a link that leads out of the workspace and your folders is not followed (docs/confinement.md)"
                    .to_owned(),
            ),
            Self::Output(_) | Self::Signals(_) | Self::File { .. } | Self::Program { .. } => None,
        }
    }
}
