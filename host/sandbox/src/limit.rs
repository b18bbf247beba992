//! What a call can run out of, each with its own code.

use std::fmt;

/// What a call ran out of. The numbers are those of [`cofferdam_base::Limits`], unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Instructions (`fuel`).
    Fuel,
    /// Time (`wall_ms`).
    WallClock,
    /// Linear memory (`memory_bytes`).
    Memory,
    /// Table elements (`table_elements`).
    Tables,
    /// Depth of calls in the guest; a constant of the engine.
    Stack,
    /// Open files, streams, timers and other handles (`resources`).
    Handles,
    /// Arguments of the call (`argument_bytes`).
    Arguments,
    /// The result of the call, or the evidence of its verification (`output_bytes`).
    Output,
    /// Standard output and standard error together (`log_bytes`).
    Log,
    /// Random bytes (`random_bytes`).
    Random,
    /// What one call to the host, or one answer, hands over (`host_call_bytes`).
    HostCall,
    /// Bytes read from the workspace (`read_bytes`).
    ReadBytes,
    /// Entries of listed folders (`listed_entries`).
    ListedEntries,
    /// Paths looked at; a constant of the store.
    ReadSet,
    /// Files changed or made (`staged_files`).
    StagedFiles,
    /// Bytes written (`staged_bytes`).
    StagedBytes,
    /// HTTP requests (`http_requests`).
    HttpRequests,
    /// Bytes of HTTP requests and answers (`http_bytes`).
    HttpBytes,
    /// Calls at the same time; a constant of the engine.
    Calls,
}

impl Limit {
    /// The limit that the stage names, if reaching it ends the call.
    pub(crate) fn of_stage(name: &str) -> Option<Self> {
        match name {
            "read_bytes" => Some(Self::ReadBytes),
            "listed_entries" => Some(Self::ListedEntries),
            "read_set" => Some(Self::ReadSet),
            "resources" => Some(Self::Handles),
            "staged_files" => Some(Self::StagedFiles),
            "staged_bytes" => Some(Self::StagedBytes),
            _ => None,
        }
    }

    /// Stable code of the error.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Fuel => "sandbox.fuel-exhausted",
            Self::WallClock => "sandbox.wall-clock",
            Self::Memory => "sandbox.memory",
            Self::Tables => "sandbox.tables",
            Self::Stack => "sandbox.stack-overflow",
            Self::Handles => "sandbox.too-many-handles",
            Self::Arguments => "sandbox.arguments-too-large",
            Self::Output => "sandbox.output-too-large",
            Self::Log => "sandbox.log-flood",
            Self::Random => "sandbox.random-bytes",
            Self::HostCall => "sandbox.host-call-bytes",
            Self::ReadBytes => "sandbox.read-bytes",
            Self::ListedEntries => "sandbox.listed-entries",
            Self::ReadSet => "sandbox.read-set",
            Self::StagedFiles => "sandbox.staged-files",
            Self::StagedBytes => "sandbox.staged-bytes",
            Self::HttpRequests => "sandbox.http-requests",
            Self::HttpBytes => "sandbox.http-bytes",
            Self::Calls => "sandbox.busy",
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fuel => "the tool used up its instructions (limit `fuel`)",
            Self::WallClock => "the tool used up its time (limit `wall_ms`)",
            Self::Memory => "the tool wanted more memory than it may have (limit `memory_bytes`)",
            Self::Tables => "the tool wanted larger tables than it may have (limit `table_elements`)",
            Self::Stack => "the tool called itself too deeply",
            Self::Handles => "the tool holds too many files, streams or other handles open (limit `resources`)",
            Self::Arguments => "the arguments are larger than a call may have (limit `argument_bytes`)",
            Self::Output => "the result of the tool is larger than a result may be (limit `output_bytes`)",
            Self::Log => "the tool flooded its standard output or standard error (limit `log_bytes`)",
            Self::Random => "the tool asked for too many random bytes (limit `random_bytes`)",
            Self::HostCall => "the tool handed too much over at once (limit `host_call_bytes`)",
            Self::ReadBytes => "the tool read more of the workspace than it may (limit `read_bytes`)",
            Self::ListedEntries => "the tool listed more of the workspace than it may (limit `listed_entries`)",
            Self::ReadSet => "the tool looked at more paths than a call may",
            Self::StagedFiles => "the tool changed more files than it may (limit `staged_files`)",
            Self::StagedBytes => "the tool wrote more bytes than it may (limit `staged_bytes`)",
            Self::HttpRequests => "the tool sent more HTTP requests than it may (limit `http_requests`)",
            Self::HttpBytes => "the tool sent and received more bytes by HTTP than it may (limit `http_bytes`)",
            Self::Calls => "too many tools run at the same time",
        })
    }
}

/// A limit, as the error that carries it out through the guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LimitReached(pub(crate) Limit);

impl fmt::Display for LimitReached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for LimitReached {}

impl LimitReached {
    /// Ends the guest with this limit.
    pub(crate) fn trap(limit: Limit) -> wasmtime::Error {
        wasmtime::Error::new(Self(limit))
    }
}
