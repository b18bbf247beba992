//! Real processes: killed with SIGKILL at any operation, and taking turns. The test executable starts itself again, runs only
//! the same test, and takes the other role.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    ops::ControlFlow,
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use crate::{
    publish::{
        publish,
        tests::{
            cases::all,
            scene::{Scene, call, changes, open, unchanged},
        },
    },
    state::{
        StateDir, StateError,
        disk::{Disk, Durability, SystemDisk},
        tests::faulty::{Faulty, Verdict},
    },
};

/// The folder of the scene: set in the other process only.
const ROLE: &str = "COFFERDAM_TEST_SCENE";
/// What the other process is to do.
const ARGUMENT: &str = "COFFERDAM_TEST_ARGUMENT";
/// `SIGKILL` on every Unix.
const KILLED: i32 = 9;

/// Starts this test again as another process.
fn start(test: &str, scene: &Scene, argument: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("publish::tests::process::{test}"), "--nocapture"]);
    command.env(ROLE, scene.workspace_path().parent().unwrap()).env(ARGUMENT, argument);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// In the other process: the workspace, the state and the argument.
fn role() -> Option<(PathBuf, PathBuf, String)> {
    let scene = PathBuf::from(std::env::var_os(ROLE)?);
    Some((scene.join("workspace"), scene.join("state"), std::env::var(ARGUMENT).unwrap()))
}

fn real() -> Arc<dyn Disk> {
    Arc::new(SystemDisk(Durability::Synced))
}

/// In the other process: publishes a case, and is killed before the operation with a number.
fn publish_and_die(workspace: &Path, state: &Path, argument: &str) {
    let (name, point) = argument.split_once('/').unwrap();
    let point: usize = point.parse().unwrap();
    let case = all().into_iter().find(|case| case.name == name).unwrap();
    let disk = Faulty::new(real(), move |at, _| {
        if at == point {
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL).unwrap();
        }
        Verdict::Happens
    });
    let (workspace, state) = open(workspace, state, disk);
    let lock = state.try_lock().unwrap();
    let set = changes(&case.from, &case.to);
    publish(&workspace, &lock, &call(1), &set, unchanged(&workspace, &set)).unwrap();
}

#[test]
fn a_process_killed_at_any_operation_leaves_the_old_or_the_new_workspace() {
    if let Some((workspace, state, argument)) = role() {
        return publish_and_die(&workspace, &state, &argument);
    }
    for case in all().into_iter().filter(|case| ["one file", "two names change places"].contains(&case.name)) {
        let mut seen = (0, 0);
        for point in 0.. {
            let scene = Scene::new(&case.from);
            let test = "a_process_killed_at_any_operation_leaves_the_old_or_the_new_workspace";
            let status = start(test, &scene, &format!("{}/{point}", case.name)).wait().unwrap();
            let there = scene.check(&call(1), &case.from, &case.to).unwrap_or_else(|why| panic!("{}, killed at {point}: {why}", case.name));
            if there {
                seen.0 += 1
            } else {
                seen.1 += 1
            }
            if status.success() {
                assert!(there);
                break;
            }
            assert_eq!(status.signal(), Some(KILLED), "{}, {point}: {status:?}", case.name);
        }
        assert!(seen.0 > 3 && seen.1 > 3, "{}: {seen:?}", case.name);
    }
}

#[test]
fn a_killed_process_gives_the_lock_back() {
    if let Some((workspace, state, _)) = role() {
        let (_, state) = open(&workspace, &state, real());
        let _lock = state.try_lock().unwrap();
        std::io::stdout().write_all(b"\nlocked\n").unwrap();
        // Until it is killed.
        let _ = std::io::stdin().read(&mut [0]);
        return;
    }
    let scene = Scene::empty();
    let mut other = start("a_killed_process_gives_the_lock_back", &scene, "");
    let mut lines = BufReader::new(other.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap() == "locked"));
    let (_, state) = scene.open(real());
    assert!(matches!(state.try_lock(), Err(StateError::Busy)));
    let mut asked = 0;
    let gave_up = state.lock(|| {
        asked += 1;
        if asked < 3 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    assert!(matches!(gave_up, Err(StateError::Busy)) && asked == 3);
    other.kill().unwrap();
    assert_eq!(other.wait().unwrap().signal(), Some(KILLED));
    assert!(state.try_lock().is_ok());
}

/// Adds one to a number in the state, a lost update being likely without the lock.
fn count_up(state: &StateDir) {
    let wait = || {
        std::thread::sleep(Duration::from_millis(1));
        ControlFlow::Continue(())
    };
    let lock = state.lock(wait).unwrap();
    let folder = lock.state().folder();
    let number: u32 = folder.read("number", 10).unwrap().map_or(0, |bytes| String::from_utf8(bytes).unwrap().parse().unwrap());
    std::thread::yield_now();
    folder.replace("number", (number + 1).to_string().as_bytes()).unwrap();
}

#[test]
fn two_processes_take_turns() {
    const TURNS: u32 = 50;
    if let Some((workspace, state, _)) = role() {
        let (_, state) = open(&workspace, &state, real());
        (0..TURNS).for_each(|_| count_up(&state));
        return;
    }
    let scene = Scene::empty();
    let mut others = [start("two_processes_take_turns", &scene, ""), start("two_processes_take_turns", &scene, "")];
    assert!(others.iter_mut().all(|other| other.wait().unwrap().success()));
    let (_, state) = scene.open(real());
    assert_eq!(state.folder().read("number", 10).unwrap().unwrap(), (2 * TURNS).to_string().as_bytes());
}
