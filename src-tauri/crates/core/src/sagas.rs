//! Work in several steps that is either done whole or undone whole: where a run stands, and what may happen to it.

use crate::error::{Error, Result};

crate::text_enum! {
    /// Where a run stands.
    SagaState {
        /// Its steps are being done.
        Running = "running",
        /// Its steps are being undone, the last one first.
        Compensating = "compensating",
        /// Every step was done. The end.
        Completed = "completed",
        /// Everything was undone. The end.
        Failed = "failed",
        /// A step can be neither done nor undone; it stays here until a person looks.
        NeedsAttention = "needs_attention",
        /// A person settled it by hand. The end.
        Resolved = "resolved",
    }
}

crate::text_enum! {
    /// What can happen to a run.
    SagaEvent {
        /// The last step was done.
        Complete = "complete",
        /// A step can not be done: undo the others.
        GiveUp = "give_up",
        /// The first step was undone.
        Undo = "undo",
        /// A step can be neither done nor undone.
        Stick = "stick",
        /// A person wants it to go on.
        GoOn = "go_on",
        /// A person has settled it by hand.
        Resolve = "resolve",
    }
}

crate::text_enum! {
    /// Which way a step is taken.
    Direction {
        /// It is done.
        Act = "act",
        /// It is undone.
        Undo = "undo",
    }
}

crate::text_enum! {
    /// What came of one try of a step.
    StepState {
        /// Begun; if nobody is at it any more, nobody knows what came of it.
        Running = "running",
        /// Done.
        Done = "done",
        /// It failed, and nobody knows how far it came.
        Failed = "failed",
        /// A clear no: nothing was done.
        Refused = "refused",
    }
}

impl SagaState {
    /// The state after `event`, or a conflict that says why not; `undoing` says which way a stuck run went.
    pub fn apply(self, event: SagaEvent, undoing: bool) -> Result<Self> {
        use SagaEvent as E;
        match (self, event) {
            (Self::Running, E::Complete) => Ok(Self::Completed),
            (Self::Running, E::GiveUp) => Ok(Self::Compensating),
            (Self::Compensating, E::Undo) => Ok(Self::Failed),
            (Self::Running | Self::Compensating, E::Stick) => Ok(Self::NeedsAttention),
            (Self::NeedsAttention, E::GoOn) => Ok(if undoing { Self::Compensating } else { Self::Running }),
            (Self::NeedsAttention, E::Resolve) => Ok(Self::Resolved),
            (Self::Running | Self::Compensating, E::GoOn | E::Resolve) => {
                Err(Error::conflict("under_way", "This is under way. Wait until it has come to an end or needs attention."))
            }
            (state, E::GoOn | E::Resolve) => Err(Error::conflict("already_over", format!("This has {} already.", state.words()))),
            (state, event) => Err(Error::conflict("illegal_move", format!("What has {} can not {event}.", state.words()))),
        }
    }

    /// Whether it is under way.
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Running | Self::Compensating)
    }

    /// Whether it is over for good.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Resolved)
    }

    /// How the state ends the sentence "this has …".
    const fn words(self) -> &'static str {
        match self {
            Self::Running => "begun",
            Self::Compensating => "been given up",
            Self::Completed => "been done",
            Self::Failed => "been undone",
            Self::NeedsAttention => "got stuck",
            Self::Resolved => "been settled",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_has_an_answer() {
        for state in SagaState::ALL {
            let moves = SagaEvent::ALL.iter().filter(|event| state.apply(**event, false).is_ok()).count();
            let wanted = match state {
                SagaState::Running => 3,
                SagaState::Compensating | SagaState::NeedsAttention => 2,
                _ => 0,
            };
            assert_eq!(moves, wanted, "{state}");
            assert_eq!(state.is_over(), wanted == 0);
        }
        assert_eq!(SagaState::NeedsAttention.apply(SagaEvent::GoOn, true).unwrap(), SagaState::Compensating);
        assert_eq!(SagaState::NeedsAttention.apply(SagaEvent::GoOn, false).unwrap(), SagaState::Running);
    }
}
