//! The network as one call of a tool has it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use cofferdam_base::{Diagnostic, Timestamp};
use cofferdam_net::{Answer, Credential as Sealed, MethodEffect, Outgoing, Pinned, RequestHeaders, Target, Timing};
use cofferdam_policy::{Answer as Answered, Decision, Grant, Policies, ToolAct, Via};
use cofferdam_sandbox::{HttpClient, HttpFailure, HttpRequest, HttpResponse};

use super::{
    Credential, DeclaredRequest, Network, RequestFault,
    made::{KeptRequest, MadeRequest, text_of},
};
use crate::{guard::Caller, refusal::Fault};

/// Longest time between two bytes of an answer: a server that drips holds a call no longer than this at a time.
const IDLE: Duration = Duration::from_secs(10);

/// What was decided on before the tool runs, some of it by a person.
#[derive(Debug, Default, Clone)]
pub(crate) struct Settled {
    pub(crate) requests: Vec<(DeclaredRequest, Grant)>,
    /// By the name of the secret.
    pub(crate) secrets: BTreeMap<String, Grant>,
}

/// Sends the requests of one call.
pub(crate) struct Exchange {
    network: Arc<Network>,
    policies: Arc<Policies>,
    caller: Caller,
    settled: Settled,
    /// When the call began.
    began: Timestamp,
    state: Mutex<State>,
}

/// What became of the requests so far.
#[derive(Default)]
struct State {
    /// All, also those that did not leave: `verify` is told the same.
    asked: Vec<MadeRequest>,
    kept: Vec<KeptRequest>,
    grants: Vec<Grant>,
    /// Which of the settled requests that can change something were made.
    used: BTreeSet<usize>,
    /// Where servers sent a request on to.
    redirects: BTreeSet<String>,
    /// Why the last request failed, where it did.
    fault: Option<Fault>,
    /// Whether something may have left that can change something where it went.
    has_effect: bool,
}

/// A request that was sent and answered.
struct Sent {
    answer: Answer,
    secret: Option<String>,
}

/// Why a request came to nothing: what the tool is told, and what the host knows.
struct Failed {
    told: HttpFailure,
    fault: Fault,
}

impl Failed {
    /// By policy, or by what guards secrets.
    fn denied(fault: Fault) -> Self {
        Self { told: HttpFailure::Denied, fault }
    }
}

impl<E: Into<RequestFault>> From<E> for Failed {
    fn from(error: E) -> Self {
        let fault = error.into();
        Self { told: fault.told(), fault: Fault::Network(fault) }
    }
}

impl Exchange {
    pub(crate) fn new(network: Arc<Network>, policies: Arc<Policies>, caller: Caller, settled: Settled, began: Timestamp) -> Self {
        Self { network, policies, caller, settled, began, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something of each request that may have left, in their order. The bodies, which can be large, are not copied.
    fn of_made<T>(&self, read: impl Fn(&MadeRequest) -> T) -> Vec<T> {
        self.state().asked.iter().filter(|made| made.left).map(read).collect()
    }

    /// What a transcript tells of the requests that may have left.
    pub(crate) fn told(&self) -> serde_json::Result<Vec<serde_json::Value>> {
        self.of_made(MadeRequest::told).into_iter().collect()
    }

    /// Method, address and status of the requests that may have left.
    pub(crate) fn summaries(&self) -> Vec<(String, Option<u16>)> {
        self.of_made(MadeRequest::summary)
    }

    /// The names of the secrets that went with requests.
    pub(crate) fn secrets(&self) -> BTreeSet<String> {
        self.of_made(|made| made.secret.clone()).into_iter().flatten().collect()
    }

    /// All requests that the tool asked for, in their order.
    pub(crate) fn asked(&self) -> Vec<MadeRequest> {
        self.state().asked.clone()
    }

    /// The requests that were kept from leaving.
    pub(crate) fn kept(&self) -> Vec<KeptRequest> {
        self.state().kept.clone()
    }

    /// What allowed the requests that left.
    pub(crate) fn grants(&self) -> Vec<Grant> {
        let settled = self.settled.requests.iter().map(|(_, grant)| grant).chain(self.settled.secrets.values());
        settled.cloned().chain(self.state().grants.iter().cloned()).collect()
    }

    /// Why the last request failed, where it did; only once.
    pub(crate) fn take_fault(&self) -> Option<Fault> {
        self.state().fault.take()
    }

    /// Whether something may have left that can change something where it went. To ask for a page changes nothing there (RFC 9110,
    /// section 9.2.1), so that it may be asked for again.
    pub(crate) fn has_effect(&self) -> bool {
        self.state().has_effect
    }

    fn try_send(&self, request: &HttpRequest, deadline: Instant, most: u64) -> Result<Sent, Failed> {
        let asked = DeclaredRequest::parse(&request.method, &request.url)?;
        let via = self.decide_request(&asked)?;
        self.verify_harmless(request, &asked, via)?;
        let credential = self.network.credential_for(&asked.target, self.began).map_err(Failed::denied)?;
        if let Some(credential) = credential {
            self.decide_secret(credential, via)?;
        }
        let left = || deadline.saturating_duration_since(Instant::now());
        let pinned = self.pin(&asked, left())?;
        let outgoing = Outgoing {
            method: asked.method,
            pinned,
            headers: RequestHeaders::parse(request.headers.iter().map(|(name, value)| (name, value)))?,
            body: request.body.clone(),
            credential: credential.map(|credential| Sealed { secret: &credential.secret, form: credential.form }),
        };
        let sent =
            self.network.client.send(outgoing, Timing { total: left(), idle: IDLE, response_bytes: most }).map_err(RequestFault::from);
        let may_have_left = sent.as_ref().err().is_none_or(RequestFault::may_have_left);
        if may_have_left && asked.method.effect() == MethodEffect::Changes {
            self.state().has_effect = true;
        }
        Ok(Sent { answer: sent?, secret: credential.map(|credential| credential.name.clone()) })
    }

    /// Policy on the request, unless it was settled before; gives who named its address.
    fn decide_request(&self, asked: &DeclaredRequest) -> Result<Via, Failed> {
        let mut state = self.state();
        let settled = self.settled.requests.iter().position(|(settled, _)| settled.is(asked));
        // What can change something is settled once: for one more of it nobody was asked.
        if let Some(at) = settled
            && (asked.method.effect() == MethodEffect::Safe || state.used.insert(at))
        {
            return Ok(Via::Argument);
        }
        let is_of_argument =
            |settled: &DeclaredRequest| asked.method.effect() == MethodEffect::Safe && settled.target.audience() == asked.target.audience();
        let via = if self.settled.requests.iter().any(|(settled, _)| is_of_argument(settled)) {
            Via::Argument
        } else if state.redirects.contains(asked.target.as_str()) {
            Via::Redirect
        } else {
            Via::Tool
        };
        drop(state);
        self.decide(ToolAct::Net(asked.as_rules_see(via)))?;
        Ok(via)
    }

    /// No secret that the host knows stands in it, nor what has the form of one, in whatever encoding.
    fn verify_harmless(&self, request: &HttpRequest, asked: &DeclaredRequest, via: Via) -> Result<(), Failed> {
        let headers = request.headers.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_slice()]);
        let parts = [request.url.as_bytes(), request.body.as_slice()].into_iter().chain(headers);
        let watched = &self.network.watched;
        // What has the form of a secret in the address of a redirect is the server's: it signs addresses so.
        match if via == Via::Redirect { watched.find_known(parts) } else { watched.find(parts) } {
            Some(secret) => Err(Failed::denied(Fault::SecretLeaving { secret: secret.to_owned(), request: asked.place() })),
            None => Ok(()),
        }
    }

    fn decide_secret(&self, credential: &Credential, via: Via) -> Result<(), Failed> {
        if via == Via::Argument && self.settled.secrets.contains_key(&credential.name) {
            return Ok(());
        }
        self.decide(ToolAct::Secret { name: &credential.name, via })
    }

    /// The addresses of the host: public ones, or such as policy lets the call connect to.
    fn pin(&self, asked: &DeclaredRequest, limit: Duration) -> Result<Pinned, Failed> {
        match self.network.client.resolve(asked.target.clone(), limit)?.public() {
            Ok(pinned) => Ok(pinned),
            Err(private) => {
                for (address, kind) in private.addresses() {
                    let (address, kind) = (address.to_string(), kind.as_str());
                    let act = ToolAct::Private { host: asked.host(), address: &address, kind, port: asked.target.port() };
                    self.decide(act).map_err(|failed| Failed { told: HttpFailure::Prohibited, ..failed })?;
                }
                Ok(private.granted())
            }
        }
    }

    /// In the middle of a call nobody can be asked.
    fn decide(&self, act: ToolAct<'_>) -> Result<(), Failed> {
        let grant = match self.caller.decide(&self.policies, act) {
            Decision::Allowed(grant) => grant,
            Decision::Ask(question) => question.answered(Answered::Nobody).map_err(|denial| Failed::denied(denial.into()))?,
            Decision::Denied(denial) => return Err(Failed::denied(denial.into())),
        };
        self.state().grants.push(grant);
        Ok(())
    }
}

impl HttpClient for Exchange {
    fn send(&self, request: &HttpRequest, deadline: Instant, most: u64) -> Result<HttpResponse, HttpFailure> {
        let sent = self.try_send(request, deadline, most);
        let mut state = self.state();
        match sent {
            Ok(Sent { answer: Answer { status, headers, body, peer }, secret }) => {
                state.redirects.extend(redirect(&request.url, status, &headers));
                state.fault = None;
                let answer = HttpResponse { status, headers, body };
                let (peer, told) = (Some(peer.to_string()), Ok(answer.clone()));
                state.asked.push(MadeRequest { request: request.clone(), told, left: true, peer, secret });
                Ok(answer)
            }
            Err(Failed { told, fault }) => {
                let left = matches!(&fault, Fault::Network(fault) if fault.may_have_left());
                if !matches!(fault, Fault::Network(_)) {
                    state.kept.push(KeptRequest { request: shown(request, &fault), code: fault.code() });
                }
                state.fault = Some(fault);
                state.asked.push(MadeRequest { request: request.clone(), told: Err(told), left, peer: None, secret: None });
                Err(told)
            }
        }
    }
}

/// A request that was kept from leaving, for people: of one that held a secret, only where it was to go.
fn shown(request: &HttpRequest, fault: &Fault) -> String {
    if let Fault::SecretLeaving { request, .. } = fault { request.clone() } else { text_of(request) }
}

/// Where an answer sends the request on to; none where it does not, or to nothing that can be asked for.
fn redirect(from: &str, status: u16, headers: &[(String, Vec<u8>)]) -> Option<String> {
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let (_, location) = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("location"))?;
    let target = Target::parse(from).ok()?.join(std::str::from_utf8(location).ok()?).ok()?;
    Some(target.as_str().to_owned())
}
