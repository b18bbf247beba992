//! From a name to addresses: one look-up for one request, in bounds.

use std::{
    error::Error,
    fmt, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, ToSocketAddrs as _},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

use cofferdam_base::{Class, Diagnostic, Interrupt, text};
use url::Host;

use crate::{
    Resolved, Target,
    limits::{ADDRESSES, LOOKUP, LOOKUPS},
    transfer::{INTERRUPT_LOOK, milliseconds},
};

/// What names are looked up by.
pub trait Names: Send + Sync {
    /// Every address of a name, in the order in which they are tried. Blocks.
    ///
    /// # Errors
    /// There is no such name, or nobody answered.
    fn look_up(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// The system's own resolver, with its hosts file.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemNames;

impl Names for SystemNames {
    fn look_up(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok((name, 0).to_socket_addrs()?.map(|address| address.ip()).collect())
    }
}

/// The addresses of `localhost` and of the names below it, which nobody is asked for (RFC 6761, section 6.3).
pub(crate) fn loopback(name: &str) -> Option<Vec<IpAddr>> {
    (name == "localhost" || name.ends_with(".localhost")).then(|| vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()])
}

/// A name without addresses that can be used.
#[derive(Debug)]
pub enum LookupError {
    /// No such name, or nobody answered.
    Failed {
        /// The name.
        name: String,
        /// The system's own words.
        source: io::Error,
    },
    /// The name has no address, or too many.
    Count {
        /// The name.
        name: String,
        /// How many.
        count: usize,
    },
    /// It took too long.
    Slow {
        /// The name.
        name: String,
        /// Allowed milliseconds.
        limit_ms: u64,
    },
    /// Too many look-ups are still waiting for an answer.
    Busy {
        /// The name.
        name: String,
    },
    /// A person asked to stop.
    Interrupted,
}

impl fmt::Display for LookupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed { name, .. } => write!(f, "the name `{}` cannot be looked up", text::inline(name, 120)),
            Self::Count { name, count: 0 } => write!(f, "the name `{}` has no address", text::inline(name, 120)),
            Self::Count { name, count } => {
                write!(f, "the name `{}` has {count} addresses, and at most {ADDRESSES} are tried", text::inline(name, 120))
            }
            Self::Slow { name, limit_ms } => write!(f, "the look-up of `{}` took longer than {limit_ms} ms", text::inline(name, 120)),
            Self::Busy { name } => {
                write!(f, "`{}` is not looked up while {LOOKUPS} other look-ups have no answer", text::inline(name, 120))
            }
            Self::Interrupted => f.write_str("interrupted while waiting for a look-up"),
        }
    }
}

impl Error for LookupError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Failed { source, .. } => Some(source),
            Self::Count { .. } | Self::Slow { .. } | Self::Busy { .. } | Self::Interrupted => None,
        }
    }
}

impl Diagnostic for LookupError {
    fn code(&self) -> &'static str {
        match self {
            Self::Failed { .. } | Self::Count { .. } => "net.lookup",
            Self::Slow { .. } | Self::Busy { .. } => "net.lookup-limit",
            Self::Interrupted => "net.interrupted",
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Failed { .. } | Self::Count { .. } => Class::Failed,
            Self::Slow { .. } | Self::Busy { .. } => Class::Limit,
            Self::Interrupted => Class::Interrupted,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Failed { .. } | Self::Count { .. } | Self::Slow { .. } | Self::Busy { .. } => {
                Some("check the name, and that this machine resolves names: `cofferdam doctor`".to_owned())
            }
            Self::Interrupted => Some("go on where it stopped with `cofferdam resume`".to_owned()),
        }
    }
}

/// Looks names up, each in a thread of its own, since the system's resolver can neither be bounded nor stopped.
pub(crate) struct Resolver {
    names: Arc<dyn Names>,
    running: Arc<AtomicUsize>,
}

/// A look-up that runs. Dropped where it ends, whoever still waits for it.
struct Running(Arc<AtomicUsize>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Resolver {
    pub(crate) fn new(names: Arc<dyn Names>) -> Self {
        Self { names, running: Arc::default() }
    }

    /// The addresses of a target. An address stands for itself and `localhost` for loopback; everything else is asked for once.
    ///
    /// # Errors
    /// [`LookupError`].
    pub(crate) fn resolve(&self, target: Target, limit: Duration, interrupt: &Interrupt) -> Result<Resolved, LookupError> {
        let addresses = match target.url().host() {
            Some(Host::Ipv4(address)) => vec![address.into()],
            Some(Host::Ipv6(address)) => vec![address.into()],
            Some(Host::Domain(name)) => match loopback(name) {
                Some(addresses) => addresses,
                None => self.look_up(name, limit.min(LOOKUP), interrupt)?,
            },
            None => Vec::new(),
        };
        match addresses.len() {
            1..=ADDRESSES => Ok(Resolved::new(target, addresses)),
            count => Err(LookupError::Count { name: target.host_name().to_owned(), count }),
        }
    }

    fn look_up(&self, name: &str, limit: Duration, interrupt: &Interrupt) -> Result<Vec<IpAddr>, LookupError> {
        let failed = |source| LookupError::Failed { name: name.to_owned(), source };
        let more = |running: usize| (running < LOOKUPS).then_some(running.saturating_add(1));
        self.running.fetch_update(Ordering::SeqCst, Ordering::SeqCst, more).map_err(|_| LookupError::Busy { name: name.to_owned() })?;
        let running = Running(Arc::clone(&self.running));
        let (tell, told) = mpsc::sync_channel(1);
        let (names, asked) = (Arc::clone(&self.names), name.to_owned());
        let look_up = move || {
            let answer = names.look_up(&asked);
            drop(running);
            // Nobody may be waiting any more.
            let _ = tell.send(answer);
        };
        thread::Builder::new().name("look-up".to_owned()).spawn(look_up).map_err(failed)?;
        let began = Instant::now();
        loop {
            if interrupt.is_raised() {
                return Err(LookupError::Interrupted);
            }
            let left = limit.saturating_sub(began.elapsed());
            match told.recv_timeout(left.min(INTERRUPT_LOOK)) {
                Ok(answer) => return answer.map_err(failed),
                Err(RecvTimeoutError::Timeout) if left.is_zero() => {
                    return Err(LookupError::Slow { name: name.to_owned(), limit_ms: milliseconds(limit) });
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(failed(io::ErrorKind::Other.into())),
            }
        }
    }
}

/// How the model's endpoints are looked up: `localhost` without asking anybody, everything else by the system.
pub(crate) struct LoopbackNames;

impl reqwest::dns::Resolve for LoopbackNames {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        Box::pin(async move {
            let addresses: Vec<std::net::SocketAddr> = match loopback(name.as_str()) {
                Some(addresses) => addresses.into_iter().map(|address| (address, 0).into()).collect(),
                None => tokio::net::lookup_host((name.as_str(), 0)).await?.collect(),
            };
            Ok(Box::new(addresses.into_iter()) as reqwest::dns::Addrs)
        })
    }
}
