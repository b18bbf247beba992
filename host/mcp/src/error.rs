//! What keeps the server from serving.

use std::{fmt, io};

use cofferdam_base::{Class, Diagnostic};

use crate::Trouble;

/// The server does not serve, or does so no more.
#[derive(Debug)]
pub enum McpError {
    /// The runtime that waits for messages cannot be started.
    Runtime(io::Error),
    /// What came over standard input is no conversation of the protocol.
    Handshake(String),
}

impl From<McpError> for Trouble {
    fn from(error: McpError) -> Self {
        Box::new(error)
    }
}

impl fmt::Display for McpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Runtime(_) => f.write_str("the server cannot wait for messages"),
            Self::Handshake(why) => {
                write!(f, "what came over standard input does not begin a session: {}", cofferdam_base::text::inline(why, 300))
            }
        }
    }
}

impl std::error::Error for McpError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Runtime(source) => Some(source),
            Self::Handshake(_) => None,
        }
    }
}

impl Diagnostic for McpError {
    fn code(&self) -> &'static str {
        match self {
            Self::Runtime(_) => "mcp.runtime",
            Self::Handshake(_) => "mcp.handshake",
        }
    }

    fn class(&self) -> Class {
        Class::Failed
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Runtime(_) => None,
            Self::Handshake(_) => Some("let a client start `cofferdam mcp serve`; `docs/mcp.md` has configurations".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_has_its_code_and_its_cause() {
        let runtime = McpError::Runtime(io::Error::other("no threads"));
        assert_eq!((runtime.code(), cofferdam_base::error::causes(&runtime)), ("mcp.runtime", vec!["no threads".to_owned()]));
        let handshake = McpError::Handshake("\u{1b}[2J".to_owned());
        assert_eq!(handshake.code(), "mcp.handshake");
        assert!(handshake.to_string().ends_with("\\u{1b}[2J") && handshake.hint().is_some());
    }
}
