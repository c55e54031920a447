//! Thousands of random ways through the life cycle, each change of a state held against
//! the domain's own table of them.

use darkroom_exports::{TaskState, WebhookEvent};
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

use super::rules::ALWAYS;
use super::step::Step;
use super::world::{Rules, World};

/// A busy account in much trouble.
pub const RULES: Rules = Rules {
    tasks: 6,
    workers: 3,
    limit: 2,
    balance: 4,
    misfortunes: 200,
    pauses: 3,
    fenced: true,
    swept: true,
};

/// A walk of steps that are possible, each as likely as another; none once all is over.
pub struct Walk;

impl ReferenceStateMachine for Walk {
    type State = World;
    type Transition = Option<Step>;

    fn init_state() -> BoxedStrategy<World> {
        Just(World::new(&RULES)).boxed()
    }

    fn transitions(world: &World) -> BoxedStrategy<Option<Step>> {
        let steps = world.steps(&RULES);
        if steps.is_empty() {
            return Just(None).boxed();
        }
        proptest::sample::select(steps).prop_map(Some).boxed()
    }

    fn apply(world: World, step: &Option<Step>) -> World {
        match step {
            Some(step) => world.after(&RULES, *step),
            None => world,
        }
    }

    /// Also while a failure is made smaller, and steps are left out.
    fn preconditions(world: &World, step: &Option<Step>) -> bool {
        step.is_none_or(|step| world.steps(&RULES).contains(&step))
    }
}

/// What a task was: its state, ends that were intended to be told, and claims.
type Was = (Option<TaskState>, u8, u8);

/// Tasks as they were, and whether the queue was held.
struct History {
    paused: bool,
    tasks: Vec<Was>,
}

impl History {
    fn of(world: &World) -> Self {
        let tasks = world.tasks.iter();
        let tasks = tasks.map(|task| (task.state, task.intended[1], task.generation));
        Self {
            paused: world.paused,
            tasks: tasks.collect(),
        }
    }
}

impl StateMachineTest for History {
    type SystemUnderTest = Self;
    type Reference = Walk;

    fn init_test(world: &World) -> Self {
        Self::of(world)
    }

    fn apply(before: Self, world: &World, step: Option<Step>) -> Self {
        let now = Self::of(world);
        for ((was, told_before, claimed), (is, told, claims)) in before.tasks.iter().zip(&now.tasks)
        {
            assert!(!before.paused || claims == claimed, "{step:?} while paused");
            let (Some(is), true) = (*is, was != is) else {
                continue;
            };
            let may = match *was {
                None => is == TaskState::Pending,
                Some(was) => was.may_become(is),
            };
            assert!(may, "{was:?} became {is:?} by {step:?}");
            let tells = WebhookEvent::of_end(is).is_some();
            assert_eq!(tells, told > told_before, "{is:?} by {step:?}");
        }
        now
    }

    fn check_invariants(_now: &Self, world: &World) {
        for (promise, holds) in ALWAYS {
            assert!(holds(&RULES, world), "{promise}: {world:?}");
        }
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig {
        cases: 4000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_promise_holds_on_thousands_of_random_ways(sequential 1..80 => History);
}
