//! The state of one call: all that the guest's imports can reach. There is nothing else.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use cofferdam_base::{Limits, Timestamp};
use cofferdam_store::Stage;
use wasmtime::component::{HasData, ResourceTable};
use wasmtime_wasi::cli::{WasiCliCtx, WasiCliCtxView};

use crate::{
    clock::{Clocks, VirtualClock},
    filesystem::{Access, Filesystem, Mount},
    http::{Http, HttpClient, Uplink},
    io::Io,
    limit::{Limit, LimitReached},
    log::{Log, Logs},
    memory::Meter,
    random::Random,
};

/// A stage, and how a guest is to see it.
pub(crate) struct View {
    pub(crate) name: &'static str,
    pub(crate) access: Access,
    pub(crate) stage: Stage,
}

/// The state of one call.
pub(crate) struct Guest {
    pub(crate) meter: Meter,
    pub(crate) log: Log,
    deadline: Instant,
    pub(crate) random: Random,
    table: ResourceTable,
    /// Closed by default: no environment, no arguments, standard input at its end, no terminal.
    cli: WasiCliCtx,
    clock: VirtualClock,
    mounts: Vec<Mount>,
    uplink: Arc<Uplink>,
    host_call_bytes: usize,
}

impl Guest {
    pub(crate) fn new(time: Timestamp, seed: &[u8; 32], views: Vec<View>, http: Option<Arc<dyn HttpClient>>, limits: &Limits) -> Self {
        // A time so far away that it cannot be told is no limit that anybody asked for.
        let deadline = Instant::now() + Duration::from_millis(limits.wall_ms.min(u64::from(u32::MAX)));
        let mount = |View { name, access, mut stage }: View| {
            stage.set_deadline(deadline);
            Mount::new(name, access, stage)
        };
        let mut table = ResourceTable::new();
        table.set_max_capacity(usize::try_from(limits.resources).unwrap_or(usize::MAX));
        Self {
            meter: Meter::new(limits),
            log: Log::new(limits),
            deadline,
            random: Random::new(seed, limits),
            table,
            cli: WasiCliCtx::default(),
            clock: VirtualClock::new(time),
            mounts: views.into_iter().map(mount).collect(),
            uplink: Arc::new(Uplink::new(http, deadline, limits)),
            host_call_bytes: usize::try_from(limits.host_call_bytes).unwrap_or(usize::MAX),
        }
    }

    /// Ends the guest when its time is over.
    pub(crate) fn check_deadline(&self) -> wasmtime::Result<()> {
        if Instant::now() >= self.deadline { Err(LimitReached::trap(Limit::WallClock)) } else { Ok(()) }
    }

    /// The mounts back, when the guest is gone: first all that it held open is closed.
    pub(crate) fn into_mounts(self) -> Vec<Mount> {
        let Self { table, mounts, .. } = self;
        drop(table);
        mounts
    }

    pub(crate) fn cli(&mut self) -> WasiCliCtxView<'_> {
        WasiCliCtxView { ctx: &mut self.cli, table: &mut self.table }
    }

    pub(crate) fn io(&mut self) -> Io<'_> {
        Io { table: &mut self.table, clock: &self.clock }
    }

    pub(crate) fn clocks(&mut self) -> Clocks<'_> {
        Clocks { clock: &self.clock, table: &mut self.table }
    }

    pub(crate) fn logs(&mut self) -> Logs<'_> {
        Logs { log: &self.log, table: &mut self.table }
    }

    pub(crate) fn filesystem(&mut self) -> Filesystem<'_> {
        Filesystem { table: &mut self.table, mounts: &self.mounts, host_call_bytes: self.host_call_bytes }
    }

    pub(crate) fn http(&mut self) -> Http<'_> {
        Http { table: &mut self.table, clock: &self.clock, uplink: &self.uplink, host_call_bytes: self.host_call_bytes }
    }
}

/// Names what a function of [`Guest`] gives to the linker.
macro_rules! views {
    ($($name:ident => $view:ty;)*) => {
        $(
            pub(crate) struct $name;

            impl HasData for $name {
                type Data<'a> = $view;
            }
        )*
    };
}

views! {
    HasIo => Io<'a>;
    HasClocks => Clocks<'a>;
    HasLogs => Logs<'a>;
    HasRandom => &'a mut Random;
    HasFilesystem => Filesystem<'a>;
    HasHttp => Http<'a>;
}
