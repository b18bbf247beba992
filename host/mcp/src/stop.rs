//! The runtime that waits for messages, and a person's wish to stop it.

use std::time::Duration;

use cofferdam_base::Interrupt;
use tokio::runtime::Runtime;

use crate::McpError;

/// How often it is looked whether a person asked to stop.
const LOOK: Duration = Duration::from_millis(50);

/// One thread waits; calls run on threads of their own.
pub(crate) fn runtime() -> Result<Runtime, McpError> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(McpError::Runtime)
}

/// Waits until a person asks to stop.
pub(crate) async fn raised(interrupt: &Interrupt) {
    while !interrupt.is_raised() {
        tokio::time::sleep(LOOK).await;
    }
}
