//! Streamable HTTP on loopback (2025-11-25, basic/transports): many clients and sessions, each request with a token.
//!
//! A request passes [`door`] first: one of each header that matters, a token that is somebody's, and a session that is theirs. What comes after
//! that is the protocol's own implementation, which looks at `Host` and `Origin` itself, bounds the body and ends idle sessions.

mod arrival;
mod door;
mod owners;

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use cofferdam_base::Interrupt;
use cofferdam_net::LoopbackListener;
use hyper::{Method, Request, StatusCode, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use rmcp::transport::streamable_http_server::{
    StreamableHttpServerConfig, StreamableHttpService,
    session::{
        SessionManager as _,
        local::{LocalSessionManager, SessionConfig},
    },
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};

use self::{
    door::{Door, Page, SESSION},
    owners::Owners,
};
use crate::{
    Ambient, Client, McpError, Trouble,
    limits::{CONNECTIONS, HEAD_BYTES, HEAD_FIELDS, HEAD_TIME, MESSAGE_BYTES},
    server::Server,
    session::Session,
    stop::{raised, runtime},
};

pub(crate) use arrival::Arrival;

/// The one path that is served.
pub const PATH: &str = "/mcp";

/// The pause after a connection that could not be taken.
const BREATH: Duration = Duration::from_millis(50);
/// How long a connection that was cut may take to end.
const LAST_MOMENT: Duration = Duration::from_secs(1);

/// Where and how long the server serves.
#[derive(Debug)]
pub struct Settings {
    /// The socket.
    pub listener: LoopbackListener,
    /// After how long a session without messages ends.
    pub idle: Duration,
}

/// The protocol's own implementation, and its sessions.
#[derive(Clone)]
struct Protocol {
    service: StreamableHttpService<Server, LocalSessionManager>,
    sessions: Arc<LocalSessionManager>,
}

/// Serves clients until a person asks to stop.
///
/// # Errors
/// The workspace cannot be opened; the runtime's.
pub fn serve(ambient: Arc<dyn Ambient>, settings: Settings, interrupt: &Interrupt) -> Result<(), Trouble> {
    // A workspace that no session could open is told now, and not to the first client.
    drop(Session::open(Arc::clone(&ambient), Client::Unnamed, None)?);
    let runtime = runtime()?;
    let served = runtime.block_on(listen(ambient, settings, interrupt));
    runtime.shutdown_timeout(LAST_MOMENT);
    Ok(served?)
}

async fn listen(ambient: Arc<dyn Ambient>, settings: Settings, interrupt: &Interrupt) -> Result<(), McpError> {
    let Settings { listener, idle } = settings;
    let address = listener.address();
    let listener = TcpListener::from_std(listener.into_std()).map_err(McpError::Runtime)?;
    let config = config(address);
    let stop = config.cancellation_token.clone();
    let owners = Arc::new(Owners::default());
    let door = Arc::new(Door::new(Arc::clone(&ambient), Arc::clone(&owners)));
    let waiting = Arc::clone(&ambient);
    let sessions = Arc::new(sessions(idle));
    let service = StreamableHttpService::new(move || Ok(Server::waiting(Arc::clone(&waiting))), Arc::clone(&sessions), config);
    let protocol = Protocol { service, sessions };
    ambient.say(&format!("listening on http://{address}{PATH}"));
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        // It is never closed.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = raised(interrupt) => break,
        };
        let Ok((stream, _)) = accepted else {
            // One connection broke off while it was made, or there are no handles left: the next moment is another one.
            tokio::time::sleep(BREATH).await;
            continue;
        };
        let (door, protocol) = (Arc::clone(&door), protocol.clone());
        tokio::spawn(async move {
            let _place = place;
            connection(stream, &door, &protocol).await;
        });
    }
    stop.cancel();
    owners.settle().await;
    Ok(())
}

fn config(address: SocketAddr) -> StreamableHttpServerConfig {
    let port = address.port();
    let hosts = [address.to_string(), format!("localhost:{port}"), format!("127.0.0.1:{port}"), format!("[::1]:{port}")];
    // A page of any other origin has no business here, and of these there is none: no page is served.
    let origins: Vec<String> = hosts.iter().map(|host| format!("http://{host}")).collect();
    StreamableHttpServerConfig::default().with_allowed_hosts(hosts).with_allowed_origins(origins).with_max_request_body_bytes(MESSAGE_BYTES)
}

fn sessions(idle: Duration) -> LocalSessionManager {
    let mut config = SessionConfig::default();
    config.keep_alive = Some(idle);
    let mut manager = LocalSessionManager::default();
    manager.session_config = config;
    manager
}

async fn connection(stream: TcpStream, door: &Arc<Door>, protocol: &Protocol) {
    // Small answers are not held back for larger ones.
    let _ = stream.set_nodelay(true);
    let serve = service_fn(|request| async move { Ok::<Page, Infallible>(answer(request, door, protocol).await) });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(HEAD_BYTES).max_headers(HEAD_FIELDS);
    // What goes wrong on one connection is that client's to see.
    let _ = server.serve_connection(TokioIo::new(stream), serve).await;
}

/// Whether a request can begin a session.
fn begins<B>(request: &Request<B>) -> bool {
    request.method() == Method::POST && !request.headers().contains_key(&SESSION)
}

async fn answer(request: Request<Incoming>, door: &Door, protocol: &Protocol) -> Page {
    match door.admit(request) {
        Err(page) => page,
        Ok((request, arrival)) => {
            let method = request.method().clone();
            let turn = begins(&request).then(|| door.turn(&arrival));
            let mut own_turn = None;
            if let Some(turn) = &turn {
                own_turn = Some(turn.lock().await);
                if let Some(id) = door.give_up(&arrival) {
                    // One that is gone already needs no end.
                    let _ = protocol.sessions.close_session(&id.into()).await;
                }
            }
            let mut page = protocol.service.handle(request).await;
            door.note(&page, &arrival);
            drop(own_turn);
            if method == Method::DELETE && page.status() == StatusCode::ACCEPTED {
                // It is done, and there is nothing more to come: some clients take anything else for a failure.
                *page.status_mut() = StatusCode::NO_CONTENT;
            }
            page
        }
    }
}
