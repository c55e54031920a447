//! What is promised, as predicates on a world.

use darkroom_exports::TaskState;

use super::world::{Intent, Rules, Step, Task, World};

/// A promise: its name, and whether a world keeps it.
pub type Promise = (&'static str, fn(&Rules, &World) -> bool);

/// What holds in every world that can be reached.
pub const ALWAYS: [Promise; 9] = [
    ("no more tasks are active than the limit", |rules, world| {
        world.active.len() <= rules.limit
    }),
    ("`active` is the tasks that are active", |_, world| {
        let tasks = world.tasks.iter().enumerate();
        let active = tasks.filter(|(_, task)| task.is_active());
        active.map(|(id, _)| id).eq(world.active.iter().copied())
    }),
    ("a task ends once", |_, world| {
        let ends = |task: &Task| u8::from(task.state.is_some() && !task.is_active());
        world.tasks.iter().all(|task| task.endings == ends(task))
    }),
    ("an output appears at once or not at all", |_, world| {
        world.tasks.iter().all(|task| match task.output {
            Some(generation) => {
                task.state == Some(TaskState::Completed) && task.objects.contains(&generation)
            }
            None => task.state != Some(TaskState::Completed),
        })
    }),
    (
        "a worker without its lease publishes nothing",
        |_, world| {
            let named = |task: &Task| task.output.is_none_or(|output| output == task.generation);
            world.tasks.iter().all(named)
        },
    ),
    ("credits sum to zero difference", |rules, world| {
        let costs = |task: &&Task| task.is_active() || task.state == Some(TaskState::Completed);
        let spent = world.tasks.iter().filter(costs).count();
        usize::from(world.balance) + spent == usize::from(rules.balance)
    }),
    ("a start and an end are intended once", |_, world| {
        world.tasks.iter().all(|task| {
            let told_of_end = matches!(task.state, Some(TaskState::Completed | TaskState::Failed));
            task.intended == [u8::from(task.attempts > 0), u8::from(told_of_end)]
        })
    }),
    ("nothing is told that is not so", |_, world| {
        let so = |task: &Task| (0..2).all(|step| !task.told[step] || task.intended[step] == 1);
        world.tasks.iter().all(so)
    }),
    ("nothing is lost", |rules, world| {
        // Where nothing can happen any more, everything has.
        let over = |task: &Task| {
            !task.is_active() && task.messages == 0 && !task.intents.contains(&Intent::Waiting)
        };
        let misfortune = |step: &Step| step.is_misfortune();
        let goes_on = world.steps(rules).iter().any(|step| !misfortune(step));
        goes_on || world.tasks.iter().all(over)
    }),
];

/// What happens in some world, or the promises would be empty.
pub const SOMETIMES: [Promise; 5] = [
    ("a task completes at its second claim", |_, world| {
        world
            .tasks
            .iter()
            .any(|task| task.state == Some(TaskState::Completed) && task.generation > 1)
    }),
    ("a task fails after its last claim", |rules, world| {
        world
            .tasks
            .iter()
            .any(|task| task.state == Some(TaskState::Failed) && task.attempts > rules.attempts)
    }),
    ("a task is canceled under a worker", |_, world| {
        let held = world.workers.iter().flatten();
        let states = held.map(|hold| world.tasks[hold.task].state);
        states
            .into_iter()
            .any(|state| state == Some(TaskState::Canceled))
    }),
    ("two workers hold one task", |_, world| {
        let holds: Vec<usize> = world
            .workers
            .iter()
            .flatten()
            .map(|hold| hold.task)
            .collect();
        holds.len() > 1 && holds[0] == holds[1]
    }),
    ("the limit is reached", |rules, world| {
        world.active.len() == rules.limit
    }),
];
