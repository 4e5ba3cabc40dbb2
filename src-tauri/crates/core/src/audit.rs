//! One line of the audit log and the chain that binds each line to the one before it.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::ids::{AuditId, RequestId, TenantId, UserId};
use crate::time::Timestamp;

/// The hash a tenant's first line builds on.
pub const GENESIS: [u8; 32] = [0; 32];

/// What a sensitive action leaves behind, before it has its place in the chain.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Id of the line.
    pub id: AuditId,
    /// The tenant it belongs to.
    pub tenant: TenantId,
    /// When, by the clock of the call.
    pub at: Timestamp,
    /// `user`, `system` or `command`.
    pub actor_kind: &'static str,
    /// The person, if it was one.
    pub actor_id: Option<UserId>,
    /// Name of the party at that time.
    pub actor_name: String,
    /// `area.verb`: `order.refund`.
    pub action: &'static str,
    /// `user`, `order`, `payment`, …
    pub subject_type: &'static str,
    /// The thing acted on.
    pub subject_id: Option<Uuid>,
    /// What a person calls it: `#10284`.
    pub subject_label: String,
    /// What it was before, as JSON text.
    pub before: Option<String>,
    /// What it is after, as JSON text.
    pub after: Option<String>,
    /// The reason given.
    pub reason: Option<String>,
    /// Address of the caller.
    pub ip: Option<String>,
    /// Client program of the caller.
    pub user_agent: Option<String>,
    /// The request it happened in.
    pub request_id: Option<RequestId>,
}

/// The fields that are hashed, borrowed from an entry about to be written or from a row being verified.
#[derive(Debug)]
pub struct Link<'a> {
    /// Place in the tenant's chain, from 1.
    pub seq: i64,
    /// Ids: line, tenant, actor, subject, request.
    pub ids: [Option<Uuid>; 5],
    /// When.
    pub at: Timestamp,
    /// Texts: actor kind, actor name, action, subject type, subject label, before, after, reason, ip, user agent.
    pub texts: [Option<&'a str>; 10],
    /// What stands for the personal texts; `None` in lines from before they could be erased.
    pub veil: Option<[Half<'a>; 2]>,
}

/// Bytes of a salt.
pub const SALT_LEN: usize = 16;

/// One of the two personal halves of a line: who acted, and what it was about.
#[derive(Clone, Copy, Debug)]
pub enum Half<'a> {
    /// Readable; hashed with this salt.
    Salted(&'a [u8]),
    /// Erased; this was its hash.
    Erased(&'a [u8]),
}

/// The texts of who acted: name, ip, user agent.
const ACTOR: [usize; 3] = [1, 8, 9];
/// The texts of what it was about: label, before, after, reason.
const SUBJECT: [usize; 4] = [4, 5, 6, 7];
/// The texts that are nobody's: actor kind, action, subject type.
const PLAIN: [usize; 3] = [0, 2, 3];

impl Link<'_> {
    /// SHA-256 over the previous hash and every field, each with its length in front so that no two lines read alike. Where there is a
    /// veil, the personal texts come in as hashes of their own, so that they can be erased and the chain stays whole.
    pub fn hash(&self, previous: &[u8]) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(previous);
        hasher.update(self.seq.to_be_bytes());
        hasher.update(self.at.micros().to_be_bytes());
        for id in &self.ids {
            hasher.update(id.map_or([0; 16], |id| *id.as_bytes()));
        }
        match self.digests() {
            None => add(&mut hasher, self.texts.iter().copied()),
            Some(digests) => {
                add(&mut hasher, PLAIN.iter().map(|place| self.texts[*place]));
                hasher.update(digests.concat());
            }
        }
        hasher.finalize().into()
    }

    /// The hashes of the personal halves, as they stand in the chain.
    pub fn digests(&self) -> Option<[[u8; 32]; 2]> {
        let [actor, subject] = self.veil?;
        Some([self.digest(actor, &ACTOR), self.digest(subject, &SUBJECT)])
    }

    fn digest(&self, half: Half<'_>, places: &[usize]) -> [u8; 32] {
        match half {
            // A hash of another length never was one of ours: it will not fit the chain.
            Half::Erased(digest) => digest.try_into().unwrap_or_default(),
            Half::Salted(salt) => {
                let mut hasher = Sha256::new();
                hasher.update(salt);
                add(&mut hasher, places.iter().map(|place| self.texts[*place]));
                hasher.finalize().into()
            }
        }
    }
}

fn add<'a>(hasher: &mut Sha256, texts: impl Iterator<Item = Option<&'a str>>) {
    for text in texts {
        match text {
            None => hasher.update([0]),
            Some(text) => {
                hasher.update([1]);
                hasher.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
                hasher.update(text.as_bytes());
            }
        }
    }
}

impl Entry {
    /// The fields of this entry as line `seq` of its chain, its personal halves hashed with these salts.
    pub fn link<'a>(&'a self, seq: i64, [actor, subject]: [&'a [u8]; 2]) -> Link<'a> {
        Link {
            seq,
            ids: [
                Some(self.id.uuid()),
                Some(self.tenant.uuid()),
                self.actor_id.map(UserId::uuid),
                self.subject_id,
                self.request_id.map(RequestId::uuid),
            ],
            at: self.at,
            texts: [
                Some(self.actor_kind),
                Some(&self.actor_name),
                Some(self.action),
                Some(self.subject_type),
                Some(&self.subject_label),
                self.before.as_deref(),
                self.after.as_deref(),
                self.reason.as_deref(),
                self.ip.as_deref(),
                self.user_agent.as_deref(),
            ],
            veil: Some([Half::Salted(actor), Half::Salted(subject)]),
        }
    }
}
