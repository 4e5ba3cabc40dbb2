//! The provider's bad days: calls that get lost, answers that get lost, calls that come twice or late, and a process that ends in the middle
//! of a call. The provider behind is the real sandbox, with books of its own.
//!
//! A call arrives within half a minute or never: that is what "late" means here.

use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use purser_adapters::sandbox::Sandbox;
use purser_core::ids::TenantId;
use purser_core::time::SECOND;
use purser_core::{Money, Timestamp};
use purser_service::disputes::port::{self as disputes, AnswerCall, Disputes, FileCall, Play, ProviderDispute, Takes};
use purser_service::payments::port::{Answer, Charge, Gateway, Handle, RefundAnswer, RefundCall, Standing, Trouble};
use purser_service::sandbox::port::Playground;
use tokio::sync::Notify;

use crate::dice::Dice;

/// A call that is late has arrived after so long.
pub(crate) const LATEST: i64 = 25 * SECOND;

/// What may go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weather {
    /// Nothing.
    Calm,
    /// One call in three.
    Rough,
    /// No call is answered; some arrive.
    Down,
}

/// Where the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doom {
    /// Before the next call reaches the provider.
    Before,
    /// After the provider did what it was asked, before anybody hears of it.
    After,
}

/// What becomes of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Straight,
    Lost,
    AnswerLost,
    Twice,
    Late,
}

/// A call on its way.
#[derive(Clone)]
enum Call {
    Authorise(Charge),
    Capture(Handle, Money),
    Void(Handle),
    Refund(TenantId, Vec<RefundCall>),
}

struct State {
    dice: Dice,
    weather: Weather,
    doom: Option<Doom>,
    late: Vec<(Timestamp, Call)>,
    faults: u64,
    careless: bool,
}

/// What lasts through every life of the process.
pub(crate) struct Sky {
    state: Mutex<State>,
    doomed: Notify,
}

impl Sky {
    pub(crate) fn new(seed: u64) -> Self {
        let state = State { dice: Dice::new(seed), weather: Weather::Calm, doom: None, late: Vec::new(), faults: 0, careless: false };
        Self { state: Mutex::new(state), doomed: Notify::new() }
    }

    pub(crate) fn turn(&self, weather: Weather) {
        self.state.lock().weather = weather;
    }

    pub(crate) fn doom(&self, doom: Option<Doom>) {
        self.state.lock().doom = doom;
    }

    /// Waits until a doomed call was reached.
    pub(crate) async fn doomed(&self) {
        self.doomed.notified().await;
    }

    /// Calls that went wrong so far.
    pub(crate) fn faults(&self) -> u64 {
        self.state.lock().faults
    }

    /// The provider gives back whatever it is asked to, without a look into its books. Only for a planted mistake: the provider's own
    /// refusal would hide it.
    pub(crate) fn make_careless(&self) {
        self.state.lock().careless = true;
    }

    /// The time by which every late call has to have arrived.
    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        self.state.lock().late.iter().map(|(at, _)| at.plus(LATEST)).min()
    }

    fn fate(&self) -> Fate {
        let mut state = self.state.lock();
        let throw = state.dice.below(9);
        let fate = match (state.weather, throw) {
            (Weather::Rough, 0) | (Weather::Down, 0..=3) => Fate::Lost,
            (Weather::Rough, 1) | (Weather::Down, 4..=6) => Fate::AnswerLost,
            (Weather::Rough, 2) => Fate::Twice,
            (Weather::Rough, 3) | (Weather::Down, 7..) => Fate::Late,
            _ => Fate::Straight,
        };
        state.faults += u64::from(fate != Fate::Straight);
        fate
    }

    fn put_off(&self, at: Timestamp, call: Call) {
        self.state.lock().late.push((at, call));
    }

    /// End here, if this is where the process is to end.
    async fn end_if(&self, here: Doom) {
        let now = {
            let mut state = self.state.lock();
            let now = state.doom == Some(here);
            if now {
                state.doom = None;
            }
            now
        };
        if now {
            self.doomed.notify_one();
            std::future::pending::<()>().await;
        }
    }
}

/// The provider as one life of the process sees it.
pub(crate) struct Gate {
    sandbox: Sandbox,
    sky: Arc<Sky>,
    clock: purser_core::time::Clock,
}

impl Gate {
    pub(crate) fn new(sandbox: Sandbox, sky: Arc<Sky>, clock: purser_core::time::Clock) -> Self {
        Self { sandbox, sky, clock }
    }

    /// Let every late call arrive.
    pub(crate) async fn arrive(&self) {
        let late = std::mem::take(&mut self.sky.state.lock().late);
        for (_, call) in late {
            drop(self.make(&call).await);
        }
    }

    async fn make(&self, call: &Call) -> Answer {
        match call {
            Call::Authorise(charge) => self.sandbox.authorise(charge).await,
            Call::Capture(handle, amount) => self.sandbox.capture(*handle, *amount).await,
            Call::Void(handle) => self.sandbox.void(*handle).await,
            Call::Refund(tenant, calls) => {
                drop(self.sandbox.refund(*tenant, calls).await);
                Err(Trouble::Unknown)
            }
        }
    }

    /// An answer to a bank: it arrives or not, and so does what comes back.
    async fn send<T>(&self, answer: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
        let fate = self.sky.fate();
        self.sky.end_if(Doom::Before).await;
        if matches!(fate, Fate::Lost | Fate::Late) {
            return Err(Trouble::Unknown);
        }
        let answer = answer.await;
        self.sky.end_if(Doom::After).await;
        if fate == Fate::AnswerLost { Err(Trouble::Unknown) } else { answer }
    }

    /// A question: there is an answer or there is none.
    fn answers(&self) -> Result<(), Trouble> {
        if matches!(self.sky.fate(), Fate::Straight | Fate::Twice) { Ok(()) } else { Err(Trouble::Unknown) }
    }

    async fn carry(&self, call: Call) -> Answer {
        let fate = self.sky.fate();
        self.sky.end_if(Doom::Before).await;
        let answer = match fate {
            Fate::Lost => return Err(Trouble::Unknown),
            Fate::Late => {
                self.sky.put_off(self.clock.now(), call);
                return Err(Trouble::Unknown);
            }
            Fate::Straight | Fate::AnswerLost => self.make(&call).await,
            Fate::Twice => {
                drop(self.make(&call).await);
                self.make(&call).await
            }
        };
        self.sky.end_if(Doom::After).await;
        if fate == Fate::AnswerLost { Err(Trouble::Unknown) } else { answer }
    }
}

#[async_trait]
impl Gateway for Gate {
    fn name(&self) -> &'static str {
        self.sandbox.name()
    }

    fn method_label(&self, method: &str) -> Option<&'static str> {
        self.sandbox.method_label(method)
    }

    async fn authorise(&self, charge: &Charge) -> Answer {
        self.carry(Call::Authorise(charge.clone())).await
    }

    async fn confirm(&self, handle: Handle, proved: bool) -> Answer {
        // The customer's own doing: it comes when it comes, but its answer may be lost.
        let fate = self.sky.fate();
        self.sky.end_if(Doom::Before).await;
        if matches!(fate, Fate::Lost | Fate::Late) {
            return Err(Trouble::Unknown);
        }
        let answer = self.sandbox.confirm(handle, proved).await;
        self.sky.end_if(Doom::After).await;
        if fate == Fate::AnswerLost { Err(Trouble::Unknown) } else { answer }
    }

    async fn capture(&self, handle: Handle, amount: Money) -> Answer {
        self.carry(Call::Capture(handle, amount)).await
    }

    async fn void(&self, handle: Handle) -> Answer {
        self.carry(Call::Void(handle)).await
    }

    async fn lookup(&self, handle: Handle) -> Result<Option<Standing>, Trouble> {
        self.answers()?;
        self.sandbox.lookup(handle).await
    }

    fn disputes(&self) -> Option<&dyn Disputes> {
        Some(self)
    }

    fn playground(&self) -> Option<&dyn Playground> {
        self.sandbox.playground()
    }

    async fn refund(&self, tenant: TenantId, refunds: &[RefundCall]) -> Vec<RefundAnswer> {
        let fate = self.sky.fate();
        self.sky.end_if(Doom::Before).await;
        let lost = vec![RefundAnswer::Unknown; refunds.len()];
        if self.sky.state.lock().careless {
            return vec![RefundAnswer::Done; refunds.len()];
        }
        let answers = match fate {
            Fate::Lost => return lost,
            Fate::Late => {
                self.sky.put_off(self.clock.now(), Call::Refund(tenant, refunds.to_vec()));
                return lost;
            }
            Fate::Straight | Fate::AnswerLost => self.sandbox.refund(tenant, refunds).await,
            Fate::Twice => {
                drop(self.sandbox.refund(tenant, refunds).await);
                self.sandbox.refund(tenant, refunds).await
            }
        };
        self.sky.end_if(Doom::After).await;
        if fate == Fate::AnswerLost { lost } else { answers }
    }
}

#[async_trait]
impl Disputes for Gate {
    async fn takes(&self, handle: Handle) -> Result<Option<Takes>, Trouble> {
        self.sandbox.takes(handle).await
    }

    async fn upload(&self, call: &FileCall) -> Result<String, Trouble> {
        self.send(self.sandbox.upload(call)).await
    }

    async fn submit(&self, call: &AnswerCall) -> disputes::Answer {
        self.send(self.sandbox.submit(call)).await
    }

    async fn accept(&self, call: &AnswerCall) -> disputes::Answer {
        self.send(self.sandbox.accept(call)).await
    }

    async fn of(&self, handle: Handle) -> Result<Vec<ProviderDispute>, Trouble> {
        self.answers()?;
        self.sandbox.of(handle).await
    }

    async fn list(&self, tenant: TenantId) -> Result<Vec<ProviderDispute>, Trouble> {
        self.answers()?;
        self.sandbox.list(tenant).await
    }

    async fn play(&self, tenant: TenantId, play: Play) -> disputes::Answer {
        // What a bank does is not ours to lose; that we hear of it is.
        let fate = self.sky.fate();
        let answer = self.sandbox.play(tenant, play).await;
        self.sky.end_if(Doom::After).await;
        if matches!(fate, Fate::Straight | Fate::Twice) { answer } else { Err(Trouble::Unknown) }
    }
}
