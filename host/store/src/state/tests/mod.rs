//! The state folder: private, apart, atomic. And the disks on which everything else is tested.

mod apart;
mod blobs;
mod durable;
pub(crate) mod faulty;
mod files;
pub(crate) mod forgetful;
mod lock;
