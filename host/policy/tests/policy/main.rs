//! The policies as the gate uses them: loaded from files, asked about requests.

#[cfg(test)]
mod builtin;
#[cfg(test)]
mod decisions;
#[cfg(test)]
mod environment;
#[cfg(test)]
mod explained;
#[cfg(test)]
mod impossible;
#[cfg(test)]
mod inactive;
#[cfg(test)]
mod judged;
#[cfg(test)]
mod load_errors;
#[cfg(test)]
mod pinned;
#[cfg(test)]
mod restrictions;
#[cfg(test)]
mod robustness;
