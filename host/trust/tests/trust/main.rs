//! The crate from outside: an example tool is assembled, signed, approved, locked, verified and called, and everything
//! that can be wrong with each step is refused under its code.

#[cfg(test)]
mod arguments;
#[cfg(test)]
mod example;
#[cfg(test)]
mod flips;
#[cfg(test)]
mod json_suite;
#[cfg(test)]
mod keyring;
#[cfg(test)]
mod lock;
#[cfg(test)]
mod manifest;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod statement;
#[cfg(test)]
mod surface;
#[cfg(test)]
mod update;
#[cfg(test)]
mod verify;
