//! What is promised, as predicates on a world. Promises have the words of `SPECIFICATION.md`.

use darkroom_exports::TaskState;
use darkroom_exports::repair::MAX_ATTEMPTS;

use super::step::Step;
use super::task::{Intent, Task};
use super::world::{Rules, World};

/// A promise: its name, and whether a world keeps it.
pub type Promise = (&'static str, fn(&Rules, &World) -> bool);

/// What breaks without generations.
pub const FENCED: &str = "A worker that lost its lease publishes, charges and tells nothing.";
/// What breaks without the sweep.
pub const NOTHING_LOST: &str = "What was committed and not sent is sent later.";

/// What holds in every world that can be reached.
pub const ALWAYS: [Promise; 10] = [
    (
        "The limit is exact, however many come at once, and an ended task holds no slot.",
        |rules, world| {
            let tasks = world.tasks.iter().enumerate();
            let active = tasks.filter(|(_, task)| task.is_active());
            let holds_slots = active.map(|(id, _)| id).eq(world.active.iter().copied());
            holds_slots && world.active.len() <= rules.limit
        },
    ),
    (
        "A task goes from PENDING through PROCESSING to its end, and an end never changes.",
        |_, world| {
            let ends = |task: &Task| u8::from(task.state.is_some() && !task.is_active());
            world.tasks.iter().all(|task| task.endings == ends(task))
        },
    ),
    (
        "A task has one terminal state, and gives back slot, credits and quota with it, once.",
        |rules, world| {
            let costs = |task: &&Task| task.is_active() || task.state == Some(TaskState::Completed);
            let spent = world.tasks.iter().filter(costs).count();
            usize::from(world.balance) + spent == usize::from(rules.balance)
        },
    ),
    (
        "An output appears whole or not at all; losers' files and abandoned parts go.",
        |_, world| {
            world.tasks.iter().all(|task| match task.output {
                Some(generation) => {
                    task.state == Some(TaskState::Completed) && task.objects.contains(&generation)
                }
                None => task.state != Some(TaskState::Completed),
            })
        },
    ),
    (FENCED, |_, world| {
        let named = |task: &Task| task.output.is_none_or(|output| output == task.generation);
        world.tasks.iter().all(named)
    }),
    (
        "A fault of ours is tried three times, and then the task is FAILED.",
        |_, world| {
            let tried = |task: &Task| u32::from(task.attempts) <= MAX_ATTEMPTS;
            let completed = |task: &&Task| task.state == Some(TaskState::Completed);
            world.tasks.iter().filter(completed).all(tried)
        },
    ),
    (
        "The webhook of an end is committed with the end.",
        |_, world| {
            world.tasks.iter().all(|task| {
                let is_told = matches!(task.state, Some(TaskState::Completed | TaskState::Failed));
                let is_meant = |step: usize| !task.told[step] || task.intended[step] == 1;
                task.intended == [u8::from(task.generation > 0), u8::from(is_told)]
                    && (0..2).all(is_meant)
            })
        },
    ),
    ("Nothing is told of a cancel.", |_, world| {
        // Nor that it started, once it is canceled.
        let canceled = |task: &&Task| task.state == Some(TaskState::Canceled);
        let so =
            |task: &Task| task.intended[1] == 0 && task.told == [task.told_before_cancel, false];
        world.tasks.iter().filter(canceled).all(so)
    }),
    (
        "The queued tasks of a paused account, and of a paused queue everybody's, read `PAUSED` \
         and keep their slots; none is rendered meanwhile, and none is lost.",
        |_, world| {
            // That no attempt begins meanwhile is seen on the way; that none is lost, below.
            let waits = |(id, task): (usize, &Task)| {
                task.state != Some(TaskState::Paused)
                    || (task.lease.is_none() && world.active.contains(&id))
            };
            world.tasks.iter().enumerate().all(waits)
        },
    ),
    (NOTHING_LOST, |rules, world| {
        // Where the service has nothing to do, everything is done, or waits for the queue
        // that the operator holds; what the caller might do helps nobody.
        let waits = |task: &Task| world.paused && task.state == Some(TaskState::Paused);
        let over = |task: &Task| {
            (!task.is_active() || waits(task))
                && task.messages == 0
                && !task.intents.contains(&Intent::Waiting)
        };
        let mut steps = world.steps(rules).into_iter();
        let goes_on = steps.any(Step::is_of_the_service);
        goes_on || world.tasks.iter().all(over)
    }),
];

/// What happens in some world, or the promises would be empty.
pub const SOMETIMES: [Promise; 7] = [
    ("a task completes at its last claim", |_, world| {
        world.tasks.iter().any(|task| {
            let attempts = u32::from(task.attempts);
            task.state == Some(TaskState::Completed) && attempts == MAX_ATTEMPTS
        })
    }),
    ("a claim too many is given up", |_, world| {
        world.tasks.iter().any(|task| {
            let attempts = u32::from(task.attempts);
            task.state == Some(TaskState::Failed) && attempts > MAX_ATTEMPTS
        })
    }),
    ("a task is canceled under a worker", |_, world| {
        let mut holds = world.workers.iter().flatten();
        holds.any(|hold| world.tasks[hold.task].state == Some(TaskState::Canceled))
    }),
    ("two workers hold one task", |_, world| {
        let holds = world.workers.iter().flatten();
        let tasks: Vec<usize> = holds.map(|hold| hold.task).collect();
        tasks.len() > 1 && tasks[0] == tasks[1]
    }),
    ("the limit is reached", |rules, world| {
        world.active.len() == rules.limit
    }),
    ("a task is held between two claims", |_, world| {
        let held = |task: &Task| task.state == Some(TaskState::Paused) && task.attempts > 0;
        world.tasks.iter().any(held)
    }),
    ("a start is not told because of a cancel", |_, world| {
        let mut tasks = world.tasks.iter();
        tasks.any(|task| task.intents[0] == Intent::Dropped)
    }),
];
