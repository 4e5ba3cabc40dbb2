//! How the sandbox behaves at the moment: looked up once, and again after somebody chose something else. While nothing goes wrong on purpose and
//! nobody wants it written down, a call costs nothing more than the call.

use std::sync::Arc;

use futures::future::BoxFuture;
use purser_core::events::Topic;
use purser_core::ids::TenantId;
use purser_core::sandbox::{FaultEffect, FaultTarget};
use purser_core::{Error, Money, Result};
use purser_service::payments::port::{Answer, Charge, Handle, RefundAnswer, RefundCall, Standing, Trouble};
use purser_store::sandbox_log::{self as log, Call};
use purser_store::sandbox_play::{self as store, Fault, Settings};

use super::{Sandbox, away, key};

/// Tenants remembered at most.
const MOST: usize = 10_000;

/// How it behaves for one tenant.
#[derive(Clone, Debug)]
pub(super) struct Play {
    pub(super) settings: Settings,
    /// Whether something may go wrong.
    faulty: bool,
}

impl Play {
    pub(super) const fn is_plain(&self) -> bool {
        !self.faulty && !self.settings.recording
    }
}

/// Something that changes the books.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    Authorise(Charge),
    Confirm(Handle, bool),
    Capture(Handle, Money),
    Void(Handle),
    Refund(TenantId, RefundCall),
}

/// What comes of one.
#[derive(Clone, Debug)]
pub(super) enum Heard {
    Payment(Answer),
    Refund(RefundAnswer),
}

impl Heard {
    pub(super) fn payment(self) -> Answer {
        match self {
            Self::Payment(answer) => answer,
            Self::Refund(_) => Err(Trouble::Unknown),
        }
    }

    pub(super) fn refund(self) -> RefundAnswer {
        match self {
            Self::Refund(answer) => answer,
            Self::Payment(_) => RefundAnswer::Unknown,
        }
    }

    fn word(&self) -> String {
        match self {
            Self::Payment(answer) => word(answer.as_ref().map(Some)),
            Self::Refund(RefundAnswer::Done) => "succeeded".into(),
            Self::Refund(RefundAnswer::Refused(_)) => "refused".into(),
            Self::Refund(RefundAnswer::Unknown) => "no_answer".into(),
        }
    }
}

/// An answer in a word.
pub(super) fn word(answer: Result<Option<&Standing>, &Trouble>) -> String {
    match answer {
        Ok(None) => "not_known".into(),
        Ok(Some(Standing::RequiresAction(_))) => "requires_action".into(),
        Ok(Some(Standing::Processing)) => "processing".into(),
        Ok(Some(Standing::Authorised)) => "authorised".into(),
        Ok(Some(Standing::Captured(_))) => "captured".into(),
        Ok(Some(Standing::Voided)) => "voided".into(),
        Ok(Some(Standing::Failed(code, _))) | Err(Trouble::Refused(code, _)) => code.clone(),
        Err(Trouble::Unknown) => "no_answer".into(),
    }
}

impl Deed {
    const fn target(&self) -> FaultTarget {
        match self {
            Self::Authorise(_) => FaultTarget::Authorise,
            Self::Confirm(..) => FaultTarget::Confirm,
            Self::Capture(..) => FaultTarget::Capture,
            Self::Void(_) => FaultTarget::Void,
            Self::Refund(..) => FaultTarget::Refund,
        }
    }

    const fn tenant(&self) -> TenantId {
        match self {
            Self::Authorise(charge) => charge.handle.tenant,
            Self::Confirm(handle, _) | Self::Capture(handle, _) | Self::Void(handle) => handle.tenant,
            Self::Refund(tenant, _) => *tenant,
        }
    }

    fn about(&self) -> (String, Option<Money>) {
        match self {
            Self::Authorise(charge) => (key(charge.handle), Some(charge.amount)),
            Self::Capture(handle, amount) => (key(*handle), Some(*amount)),
            Self::Confirm(handle, _) | Self::Void(handle) => (key(*handle), None),
            Self::Refund(_, call) => (call.payment.to_string(), Some(call.amount)),
        }
    }

    const fn silence(&self) -> Heard {
        match self {
            Self::Refund(..) => Heard::Refund(RefundAnswer::Unknown),
            _ => Heard::Payment(Err(Trouble::Unknown)),
        }
    }
}

impl Sandbox {
    /// How it behaves for this tenant.
    pub(super) async fn play(&self, tenant: TenantId) -> Result<Arc<Play>> {
        let as_of = self.db.version(Topic::Setting);
        if let Some((version, play)) = self.known.lock().get(&tenant)
            && *version == as_of
        {
            return Ok(play.clone());
        }
        let now = self.clock.now();
        let found = self.db.read(tenant, async |tx| {
            let settings = store::settings(tx).await?.unwrap_or_default();
            Ok::<_, Error>(Play { settings, faulty: !store::faults(tx, now).await?.is_empty() })
        });
        let play = Arc::new(found.await?);
        self.remember(tenant, (as_of, play.clone()));
        Ok(play)
    }

    fn remember(&self, tenant: TenantId, play: (u64, Arc<Play>)) {
        let mut known = self.known.lock();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(tenant, play);
    }

    /// What goes wrong with the next call: one that changes something, named by `target`, or a question.
    async fn fault(&self, tenant: TenantId, target: Option<FaultTarget>) -> Result<Option<Fault>> {
        let play = self.play(tenant).await?;
        if !play.faulty {
            return Ok(None);
        }
        let (as_of, now) = (self.db.version(Topic::Setting), self.clock.now());
        let strikes = |fault: &&Fault| target.is_some_and(|target| fault.operation.strikes(target.as_str()));
        let (struck, left) = self
            .db
            .transact(tenant, async |tx| {
                let all = store::hold_faults(tx, now).await?;
                let down = all.iter().find(|fault| fault.effect == FaultEffect::Down);
                let struck = down.or_else(|| all.iter().find(strikes)).cloned();
                if let Some(fault) = &struck {
                    store::strike(tx, fault).await?;
                }
                Ok::<_, Error>((struck, !all.is_empty()))
            })
            .await?;
        if !left {
            self.remember(tenant, (as_of, Arc::new(Play { faulty: false, ..(*play).clone() })));
        }
        Ok(struck)
    }

    /// Do what is asked, or whatever goes wrong with it.
    pub(super) async fn act(&self, deed: Deed) -> Heard {
        let tenant = deed.tenant();
        let fault = match self.fault(tenant, Some(deed.target())).await {
            Ok(fault) => fault,
            Err(error) => {
                away(&error);
                return deed.silence();
            }
        };
        let heard = match &fault {
            None => self.perform(&deed, None).await,
            Some(fault) => self.strike(&deed, fault).await,
        };
        let (payment, amount) = deed.about();
        self.note(tenant, (deed.target().as_str(), payment, amount), (fault.map(|fault| fault.effect), heard.word())).await;
        heard
    }

    async fn strike(&self, deed: &Deed, fault: &Fault) -> Heard {
        let code = fault.code.as_deref().or(Some("card_declined"));
        let time = std::time::Duration::from_millis(fault.millis.and_then(|millis| u64::try_from(millis).ok()).unwrap_or(0));
        match fault.effect {
            FaultEffect::Decline => self.perform(deed, code).await,
            FaultEffect::LostAnswer | FaultEffect::LostRefusal => {
                self.perform(deed, code.filter(|_| fault.effect == FaultEffect::LostRefusal)).await;
                tokio::time::sleep(self.hang).await;
                deed.silence()
            }
            FaultEffect::LostRequest => {
                tokio::time::sleep(self.hang).await;
                deed.silence()
            }
            FaultEffect::Twice => futures::future::join(self.perform(deed, None), self.perform(deed, None)).await.1,
            FaultEffect::Slow => {
                tokio::time::sleep(time).await;
                self.perform(deed, None).await
            }
            FaultEffect::Late => {
                let (sandbox, deed_later) = (self.clone(), deed.clone());
                tokio::spawn(async move {
                    tokio::time::sleep(time).await;
                    sandbox.perform(&deed_later, None).await;
                });
                deed.silence()
            }
            FaultEffect::Down => deed.silence(),
        }
    }

    /// Do it; with a code, say no.
    fn perform<'a>(&'a self, deed: &'a Deed, no: Option<&'a str>) -> BoxFuture<'a, Heard> {
        Box::pin(async move {
            match deed {
                Deed::Authorise(charge) => Heard::Payment(self.take(charge, no).await),
                Deed::Confirm(handle, proved) => Heard::Payment(self.prove(*handle, *proved, no).await),
                Deed::Capture(handle, amount) => Heard::Payment(self.collect(*handle, *amount, no).await),
                Deed::Void(handle) => Heard::Payment(self.let_go(*handle, no).await),
                Deed::Refund(tenant, call) => {
                    let answers = self.give_back(*tenant, &[*call], no).await;
                    Heard::Refund(answers.ok().and_then(|mut answers| answers.pop()).unwrap_or(RefundAnswer::Unknown))
                }
            }
        })
    }

    /// Whether nobody is there to be asked; written down if so.
    pub(super) async fn is_down(&self, handle: Handle, question: &'static str) -> bool {
        let fault = match self.fault(handle.tenant, None).await {
            Ok(fault) => fault,
            Err(error) => {
                away(&error);
                return true;
            }
        };
        let Some(fault) = fault else { return false };
        self.note(handle.tenant, (question, key(handle), None), (Some(fault.effect), "no_answer".into())).await;
        true
    }

    /// Write a call down, if somebody wants to see it.
    pub(super) async fn note(
        &self,
        tenant: TenantId,
        (operation, payment, amount): (&'static str, String, Option<Money>),
        (fault, answer): (Option<FaultEffect>, String),
    ) {
        let recording = self.play(tenant).await.is_ok_and(|play| play.settings.recording);
        if !recording && fault.is_none() {
            return;
        }
        let at = self.clock.now();
        let call = Call {
            id: self.ids.next(at),
            operation: operation.to_owned(),
            payment: Some(payment),
            amount: amount.map(|amount| amount.amount),
            currency: amount.map(|amount| amount.currency.as_str().to_owned()),
            fault: fault.map(|fault| fault.as_str().to_owned()),
            answer,
            at,
        };
        let noted = self.db.transact(tenant, async |tx| log::note(tx, &[call]).await.map_err(Error::from)).await;
        if let Err(error) = noted {
            away(&error);
        }
    }
}
