//! One session over standard input and output: the client starts the server, and standard output is the protocol's alone.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use cofferdam_base::Interrupt;
use rmcp::{
    service::{ServerInitializeError, serve_server},
    transport::async_rw::AsyncRwTransport,
};
use tokio::io::{AsyncRead, ReadBuf};

use crate::{
    Ambient, Client, McpError, Trouble,
    limits::{LAST_ANSWERS, MESSAGE_BYTES},
    server::Server,
    session::Session,
    stop::{raised, runtime},
};

/// Serves one client until it leaves or a person asks to stop.
///
/// # Errors
/// The workspace cannot be opened; what comes in does not begin a session.
pub fn serve(ambient: Arc<dyn Ambient>, client: Client, interrupt: &Interrupt) -> Result<(), Trouble> {
    let session = Arc::new(Session::open(ambient, client, None)?);
    let runtime = runtime()?;
    let served = runtime.block_on(converse(&session, interrupt));
    // Standard input may be read by a thread that nobody can wake.
    runtime.shutdown_background();
    Ok(served?)
}

async fn converse(session: &Arc<Session>, interrupt: &Interrupt) -> Result<(), McpError> {
    let (input, output) = rmcp::transport::io::stdio_pipes();
    let input = Hangup { input, session: Arc::clone(session) };
    let transport = AsyncRwTransport::new_server(input, output).with_max_line_length(MESSAGE_BYTES);
    let served = tokio::select! {
        served = serve_server(Server::of(Arc::clone(session)), transport) => served,
        () = raised(interrupt) => return Ok(()),
    };
    let ended = match served {
        Ok(mut running) => {
            tokio::select! {
                () = session.left() => {}
                () = raised(interrupt) => session.leave(),
            }
            // Whatever is still on its way is answered first, as far as the client still listens.
            let waiting = tokio::time::timeout(LAST_ANSWERS, session.settle()).await;
            let _ = (running.close().await, waiting);
            Ok(())
        }
        Err(ServerInitializeError::ConnectionClosed(_) | ServerInitializeError::Cancelled) => Ok(()),
        Err(error) => Err(McpError::Handshake(error.to_string())),
    };
    session.settle().await;
    ended
}

/// Standard input, whose end says that the client has left.
struct Hangup<R> {
    input: R,
    session: Arc<Session>,
}

impl<R: AsyncRead + Unpin> AsyncRead for Hangup<R> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.input).poll_read(context, buffer);
        let is_over = match &polled {
            Poll::Ready(Ok(())) => buffer.filled().len() == before && buffer.remaining() > 0,
            Poll::Ready(Err(_)) => true,
            Poll::Pending => false,
        };
        if is_over {
            self.session.leave();
        }
        polled
    }
}
