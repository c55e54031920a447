//! The model in full: every world that bounded misfortune can bring about.

use stateright::{Checker as _, Model, Property};

use super::rules::{ALWAYS, FENCED, NOTHING_LOST, SOMETIMES};
use super::step::Step;
use super::world::{Rules, World};

/// Two tasks for one slot. With a second misfortune it is half a million worlds.
const PAIR: Rules = Rules {
    tasks: 2,
    workers: 2,
    limit: 1,
    balance: 2,
    misfortunes: 1,
    pauses: 0,
    fenced: true,
    swept: true,
};
/// One task that meets everything.
const ALONE: Rules = Rules {
    tasks: 1,
    balance: 1,
    misfortunes: 5,
    ..PAIR
};
/// Two tasks for one slot, and the operator holds the queue.
const PAIR_HELD: Rules = Rules {
    misfortunes: 0,
    pauses: 1,
    ..PAIR
};
/// One task that is held, and meets the worst beside it. With five misfortunes it would
/// be a multiple of the worlds, in which nothing new happens.
const HELD: Rules = Rules {
    misfortunes: 3,
    pauses: 1,
    ..ALONE
};
/// Worlds looked at, at most: far more than there are.
const WORLDS: usize = 10_000_000;

#[derive(Debug, Clone)]
struct LifeCycle {
    rules: Rules,
    /// Something happens in it that is worth a promise.
    is_rich: bool,
}

/// A promise as a property: those are plain functions, and cannot hold one.
macro_rules! property {
    ($kind:ident, $list:ident, $index:literal) => {
        Property::$kind($list[$index].0, |model: &LifeCycle, world: &World| {
            $list[$index].1(&model.rules, world)
        })
    };
}

impl Model for LifeCycle {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        vec![World::new(&self.rules)]
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        steps.extend(world.steps(&self.rules));
    }

    fn next_state(&self, world: &World, step: Step) -> Option<World> {
        Some(world.after(&self.rules, step))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = vec![
            property!(always, ALWAYS, 0),
            property!(always, ALWAYS, 1),
            property!(always, ALWAYS, 2),
            property!(always, ALWAYS, 3),
            property!(always, ALWAYS, 4),
            property!(always, ALWAYS, 5),
            property!(always, ALWAYS, 6),
            property!(always, ALWAYS, 7),
            property!(always, ALWAYS, 8),
            property!(always, ALWAYS, 9),
        ];
        if self.is_rich {
            properties.extend([
                property!(sometimes, SOMETIMES, 0),
                property!(sometimes, SOMETIMES, 1),
                property!(sometimes, SOMETIMES, 2),
                property!(sometimes, SOMETIMES, 3),
                property!(sometimes, SOMETIMES, 4),
                property!(sometimes, SOMETIMES, 5),
                property!(sometimes, SOMETIMES, 6),
            ]);
        }
        properties
    }
}

fn checked(rules: Rules, is_rich: bool) -> impl stateright::Checker<LifeCycle> {
    let model = LifeCycle { rules, is_rich };
    model
        .checker()
        .threads(2)
        .target_state_count(WORLDS)
        .spawn_bfs()
        .join()
}

#[test]
fn every_promise_holds_whatever_dies_is_late_or_comes_twice() {
    let all = [
        (PAIR, false),
        (ALONE, false),
        (PAIR_HELD, false),
        (HELD, true),
    ];
    for (rules, is_rich) in all {
        let checker = checked(rules, is_rich);
        println!("{} worlds of {rules:?}", checker.unique_state_count());
        assert!(checker.state_count() < WORLDS, "not all were looked at");
        let promises = checker.model().properties().len();
        let rich = if is_rich { SOMETIMES.len() } else { 0 };
        assert_eq!(promises, ALWAYS.len() + rich, "each is checked");
        checker.assert_properties();
    }
}

#[test]
fn without_fencing_or_sweep_promises_break() {
    let unfenced = Rules {
        fenced: false,
        ..PAIR
    };
    let unswept = Rules {
        swept: false,
        ..PAIR
    };
    let broken = [(unfenced, FENCED), (unswept, NOTHING_LOST)];
    for (rules, promise) in broken {
        let checker = checked(rules, false);
        assert!(checker.discovery(promise).is_some(), "{promise}: {rules:?}");
    }
}

#[test]
fn promises_are_named_as_in_the_specification() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../SPECIFICATION.md");
    let specification = std::fs::read_to_string(path).unwrap();
    for (promise, _) in ALWAYS {
        let row = format!("| {promise} |");
        assert!(specification.contains(&row), "no row says: {promise}");
    }
}
