//! The baseline: the same component under the same limits in a plain wasmtime with wasmtime-wasi's own file system. Nothing
//! is verified, decided, staged or recorded.

use std::path::Path;

use cofferdam_base::Limits;
use wasmtime::{
    Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store, StoreLimits, StoreLimitsBuilder,
    component::{Component, Linker, ResourceTable},
};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView, p2};

use crate::{measure, series::Series};

mod bindings {
    wasmtime::component::bindgen!({ path: "../../tools/wit", world: "tool" });
}

struct State {
    wasi: WasiCtx,
    table: ResourceTable,
    limits: StoreLimits,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// `files.read` of one file, each time in a fresh instance.
pub(crate) fn read(work: &Path, count: usize) -> Series {
    let mut config = Config::new();
    config.consume_fuel(true).epoch_interruption(true);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(PoolingAllocationConfig::new()));
    let engine = Engine::new(&config).expect("an engine");
    let component = Component::new(&engine, include_bytes!("../../../tools/dist/files.wasm")).expect("a component");
    let mut linker = Linker::new(&engine);
    p2::add_to_linker_sync(&mut linker).expect("a linker");
    let ready = bindings::ToolPre::new(linker.instantiate_pre(&component).expect("its imports are there")).expect("a tool");
    let call =
        bindings::exports::cofferdam::tool::handler::Call { function: "read".to_owned(), arguments: "{\"path\": \"a.txt\"}".to_owned() };
    let limits = Limits::default();
    let memory = usize::try_from(limits.memory_bytes).expect("it fits");
    measure(count, |_| {
        let wasi = WasiCtxBuilder::new()
            .allow_blocking_current_thread(true)
            .preopened_dir(work, "/workspace", wasmtime_wasi::FsPerms::ReadOnly)
            .expect("a folder")
            .build();
        let bounds = StoreLimitsBuilder::new().memory_size(memory).build();
        let mut store = Store::new(&engine, State { wasi, table: ResourceTable::new(), limits: bounds });
        store.limiter(|state| &mut state.limits);
        store.set_fuel(limits.fuel).expect("fuel is on");
        store.set_epoch_deadline(1);
        let tool = ready.instantiate(&mut store).expect("an instance");
        let outcome = tool.cofferdam_tool_handler().call_invoke(&mut store, &call).expect("it ends");
        assert!(outcome.is_ok(), "{outcome:?}");
    })
}
