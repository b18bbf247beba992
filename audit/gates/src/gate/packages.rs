//! `packages`: the number of packages from outside that make up a release only falls.

use std::{error::Error, fmt, io::Read, path::Path};

use serde::Deserialize;
use serde_json::json;

use super::metadata::read_graph;
use crate::{
    fault::{Exit, Fault},
    files::read,
    output::{Faults, Report},
    text::inline,
};

/// Largest budget file. It has two lines.
const MAX_BUDGET_BYTES: u64 = 64 * 1024;

/// The file `audit/budget.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Budget {
    packages: Packages,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Packages {
    /// The package that is released.
    root: String,
    /// How many packages from outside it may need: exactly as many as it does need.
    most: usize,
}

#[derive(Debug)]
enum BudgetFault {
    Unreadable(toml::de::Error),
    Above { root: String, count: usize, most: usize },
    NotLowered { root: String, count: usize, most: usize },
}

impl fmt::Display for BudgetFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(_) => f.write_str("the budget file cannot be read"),
            Self::Above { root, count, most } => {
                write!(f, "`{}` needs {count} packages from outside and the budget is {most}", inline(root, 80))
            }
            Self::NotLowered { root, count, most } => {
                write!(f, "`{}` needs only {count} packages from outside and the budget still says {most}", inline(root, 80))
            }
        }
    }
}

impl Error for BudgetFault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unreadable(error) => Some(error),
            Self::Above { .. } | Self::NotLowered { .. } => None,
        }
    }
}

impl Fault for BudgetFault {
    fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "gate.bad-budget",
            Self::Above { .. } => "gate.too-many-packages",
            Self::NotLowered { .. } => "gate.budget-not-lowered",
        }
    }

    fn exit(&self) -> Exit {
        Exit::Failed
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Unreadable(_) => None,
            Self::Above { .. } => {
                Some("do without the new dependency, or say in the change why it is worth its packages and raise `most`".to_owned())
            }
            Self::NotLowered { count, .. } => Some(format!("change the line to `most = {count}`, so that the count cannot grow back")),
        }
    }
}

pub(crate) fn run(budget: &Path, stdin: &mut dyn Read) -> Result<Report, Faults> {
    let text = String::from_utf8_lossy(&read(budget, MAX_BUDGET_BYTES)?).into_owned();
    let Budget { packages: Packages { root, most } } = toml::from_str(&text).map_err(BudgetFault::Unreadable)?;
    let count = read_graph(stdin)?.count_outside(&root)?;
    match count.cmp(&most) {
        std::cmp::Ordering::Greater => Err(BudgetFault::Above { root, count, most }.into()),
        std::cmp::Ordering::Less => Err(BudgetFault::NotLowered { root, count, most }.into()),
        std::cmp::Ordering::Equal => {
            let text = format!("packages: `{}` needs {count} from outside, as budgeted\n", inline(&root, 80));
            Ok(Report { text, json: json!({"root": root, "packages": count}) })
        }
    }
}
