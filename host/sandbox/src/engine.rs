//! The engine: what a component may be made of, how it is compiled, and the pool that its instances come from.

use cofferdam_base::Limits;
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig};

/// Calls that can run at the same time. One more ends at once with `sandbox.busy` instead of taking memory that nobody planned.
pub const CONCURRENT_CALLS: u32 = 32;
/// Core instances in one component: the tool, the adapters of its language runtime, and their glue (four in a component of
/// Preview 1 origin). Prevents a component that is nothing but instances.
const CORE_INSTANCES: u32 = 24;
/// Linear memories in one component. Prevents that the memory limit is evaded, or address space taken, by number.
const MEMORIES: u32 = 4;
/// Tables in one component, for the same reason.
const TABLES: u32 = 8;
/// Bytes of the metadata of one component's instances. Prevents a component with millions of imports and functions.
const INSTANCE_METADATA: usize = 1 << 20;
/// Bytes of stack for the guest. Prevents a deep recursion from reaching the host's own stack, which is 2 MiB in a thread of Rust's.
const WASM_STACK: usize = 512 * 1024;
/// Bytes of a memory that are made as new and kept when an instance ends, instead of being given back and faulted in again. Of
/// them, only the pages that were written are touched where the kernel tells which (`PAGEMAP_SCAN`, Linux 6.7).
const MEMORY_KEPT: usize = 2 << 20;
/// Unused slots of the pool that keep such memory: bounds it to 32 MiB.
const WARM_SLOTS: u32 = 16;
/// The same for a table.
const TABLE_KEPT: usize = 32 * 1024;

/// Bytes of address space that are kept free behind a memory where there is no pool.
const GUARD: u64 = 64 * 1024;

/// Where the memory of instances comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allocator {
    /// A pool, reserved once: the address space was there.
    Pooled,
    /// From the system for each call: the address space for the pool could not be reserved. Slower, and equally limited.
    OnDemand,
}

/// The engine, with the pool if the machine has the address space for it.
pub(crate) fn open_engine() -> wasmtime::Result<(Engine, Allocator)> {
    let mut config = config();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool()));
    match Engine::new(&config) {
        Ok(engine) => Ok((engine, Allocator::Pooled)),
        Err(_) => open_engine_on_demand(),
    }
}

/// The engine without a pool, and without the 4 GiB of address space for each memory that save checks of bounds in compiled code.
pub(crate) fn open_engine_on_demand() -> wasmtime::Result<(Engine, Allocator)> {
    let mut config = config();
    config
        .allocation_strategy(InstanceAllocationStrategy::OnDemand)
        .memory_reservation(Limits::default().memory_bytes)
        .memory_guard_size(GUARD)
        .memory_reservation_for_growth(0);
    Ok((Engine::new(&config)?, Allocator::OnDemand))
}

/// What is compiled, and how. Closed: threads, garbage collection and exceptions are not even built in (see the features in the root
/// `Cargo.toml`), and of the proposals that are on by default those are off that no released toolchain needs for a tool.
fn config() -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        // One result for one input on every machine: that is what makes a call repeatable.
        .cranelift_nan_canonicalization(true)
        .wasm_relaxed_simd(false)
        // Not emitted by default by any toolchain for components; what is off cannot be wrong.
        .wasm_memory64(false)
        .wasm_tail_call(false)
        .wasm_gc(false)
        .wasm_custom_page_sizes(false)
        .wasm_wide_arithmetic(false)
        .consume_fuel(true)
        .epoch_interruption(true)
        .max_wasm_stack(WASM_STACK)
        .cranelift_opt_level(OptLevel::Speed)
        // Where in the guest a trap happened is of no use to the host, and these tables cost at every load.
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false)
        .native_unwind_info(false)
        .memory_init_cow(true);
    config
}

fn pool() -> PoolingAllocationConfig {
    // The defaults are the ceilings: a call's own limits can only be lower.
    let ceiling = Limits::default();
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(CONCURRENT_CALLS)
        .total_core_instances(CONCURRENT_CALLS * CORE_INSTANCES)
        .total_memories(CONCURRENT_CALLS * MEMORIES)
        .total_tables(CONCURRENT_CALLS * TABLES)
        // No guest runs on a stack of its own.
        .total_stacks(0)
        .max_core_instances_per_component(CORE_INSTANCES)
        .max_memories_per_component(MEMORIES)
        .max_tables_per_component(TABLES)
        .max_component_instance_size(INSTANCE_METADATA)
        .max_core_instance_size(INSTANCE_METADATA)
        .max_memories_per_module(MEMORIES)
        .max_tables_per_module(TABLES)
        .max_memory_size(usize::try_from(ceiling.memory_bytes).unwrap_or(usize::MAX))
        .table_elements(usize::try_from(ceiling.table_elements).unwrap_or(usize::MAX))
        .pagemap_scan(Enabled::Auto)
        .max_unused_warm_slots(WARM_SLOTS)
        .linear_memory_keep_resident(MEMORY_KEPT)
        .table_keep_resident(TABLE_KEPT);
    pool
}

/// How many things one call may have, whatever the allocator.
pub(crate) struct Counts {
    pub(crate) instances: usize,
    pub(crate) memories: usize,
    pub(crate) tables: usize,
}

/// The numbers of the pool, for each call.
pub(crate) const COUNTS: Counts = Counts { instances: CORE_INSTANCES as usize, memories: MEMORIES as usize, tables: TABLES as usize };
