//! Publishing under every fault that a disk and a process can have.

mod cases;
mod changed;
mod codes;
mod faults;
mod kill;
mod power;
mod process;
mod random;
mod scene;
mod syncs;
mod taking_back;
