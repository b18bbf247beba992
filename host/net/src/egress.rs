//! Sends what tools ask for, to pinned addresses and nowhere else.

use std::{net::SocketAddr, ops::ControlFlow, sync::Arc};

use reqwest::{Request, dns};
use tokio::runtime::{Builder, Runtime};

use crate::{
    Client, NetError, Outgoing, Pinned, Timing,
    limits::{ANSWER_FIELDS, ANSWER_HEAD_BYTES, CONNECT},
    transfer::{Bounds, closed},
};

/// What came back, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status. A redirect is an answer like another.
    pub status: u16,
    /// Header fields, names in lower case.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body as it came: what is encoded stays encoded.
    pub body: Vec<u8>,
    /// The address that answered, one of the pinned ones.
    pub peer: SocketAddr,
}

tokio::task_local! {
    /// The addresses of the request that is being sent.
    static PINNED: Arc<Pinned>;
}

/// The only look-up of the transport: what the request at hand was pinned to. Whatever is asked for outside of a request, or by
/// another name, has no address.
struct PinnedNames;

impl dns::Resolve for PinnedNames {
    fn resolve(&self, name: dns::Name) -> dns::Resolving {
        let of = |pinned: &Arc<Pinned>| (pinned.target().host_name() == name.as_str()).then(|| pinned.addresses().to_vec());
        let addresses = PINNED.try_with(of).ok().flatten();
        Box::pin(async move {
            let addresses = addresses.ok_or("the name has no pinned address")?;
            Ok(Box::new(addresses.into_iter()) as dns::Addrs)
        })
    }
}

/// The transport of tools' requests. It keeps no connection: each request has its own, so that none goes where another was pinned.
pub(crate) struct Egress(reqwest::Client);

impl Egress {
    pub(crate) fn open() -> Result<Self, NetError> {
        let http = closed()
            .http1_only()
            .http1_max_headers(ANSWER_FIELDS)
            .retry(reqwest::retry::never())
            .pool_max_idle_per_host(0)
            .connect_timeout(CONNECT)
            .dns_resolver(Arc::new(PinnedNames));
        Ok(Self(http.build().map_err(|error| NetError::Setup(error.into()))?))
    }

    async fn exchange(&self, request: Request, pinned: &Pinned, bounds: &Bounds<'_>) -> Result<Answer, NetError> {
        let mut answer = self.0.execute(request).await.map_err(|source| bounds.failed(source))?;
        let peer = pinned.verify_peer(answer.remote_addr())?;
        let bytes: usize = answer.headers().iter().map(|(name, value)| name.as_str().len().saturating_add(value.len())).sum();
        if bytes > ANSWER_HEAD_BYTES {
            return Err(NetError::TooLarge { host: bounds.host.clone(), limit: ANSWER_HEAD_BYTES as u64 });
        }
        let headers = answer.headers().iter().map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec())).collect();
        let (status, mut body) = (answer.status().as_u16(), Vec::new());
        bounds
            .receive(&mut answer, |piece| {
                body.extend_from_slice(piece);
                ControlFlow::Continue(())
            })
            .await?;
        Ok(Answer { status, headers, body, peer })
    }
}

/// A runtime for one request. Threads that share a client do not wait for each other, and when it is dropped nothing of the request is
/// left, its connection included.
fn runtime() -> Result<Runtime, NetError> {
    Builder::new_current_thread().enable_all().build().map_err(|error| NetError::Setup(error.into()))
}

impl Client {
    /// Sends a tool's request to one of its pinned addresses and gives the whole answer. The host's name is what TLS verifies and what
    /// `Host` says. Nothing is followed, unpacked, kept or sent twice.
    ///
    /// # Errors
    /// Everything in [`NetError`] but a status. [`NetError::departure`] says whether anything may have been sent.
    pub fn send(&self, outgoing: Outgoing<'_>, timing: Timing) -> Result<Answer, NetError> {
        let (request, pinned) = outgoing.into_request()?;
        let pinned = Arc::new(pinned);
        let bounds = Bounds { host: pinned.target().host(), timing, interrupt: &self.interrupt };
        let exchange = bounds.hold(self.egress.exchange(request, &pinned, &bounds));
        runtime()?.block_on(PINNED.scope(Arc::clone(&pinned), exchange))
    }
}
