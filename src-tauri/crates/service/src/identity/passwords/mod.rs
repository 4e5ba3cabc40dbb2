//! Passwords: argon2id, off the async threads, a bounded number at once. What a tenant asks of them is in `policy`, what everybody knows in
//! `breached`, how one comes into force in `keep`.

mod breached;
pub(crate) mod keep;
pub mod policy;
mod remind;

pub use breached::{Breached, build};
pub use policy::{Advice, Hint, Policy, advise, check};
pub(crate) use remind::Remind;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::constant_time;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use parking_lot::Mutex;
use purser_core::{Error, Result};
use tokio::sync::{Semaphore, oneshot};
use zeroize::Zeroizing;

/// Hashes at once at most: each takes 19 MiB.
const MOST_AT_ONCE: usize = 16;
/// Memory and passes of a hash of ours.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
/// Blocks of a kibibyte that one takes.
const OURS: usize = 19_456;
/// Longest password taken. Longer ones would only cost time.
const LONGEST: usize = 256;
/// Work factors of bcrypt that are taken over from elsewhere: below, a hash is worth nothing; above, checking it takes seconds.
const BCRYPT_COST: std::ops::RangeInclusive<u32> = 8..=14;
/// A hash nobody's password has; checked when there is no account, so that both answers take the same time.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Qm9nfyQFDR0hLLFMrDmSzQ1Mo2fQkO6PAHz5zWQHy0g";

/// What a thread works in: it keeps it, since an allocator that is asked for 19 MiB each time holds on to many times that.
type Room = Vec<Block>;
type Job = Box<dyn FnOnce(&mut Room) + Send>;

/// Hashes and checks passwords.
#[derive(Clone)]
pub struct Passwords {
    slots: Arc<Semaphore>,
    /// To the threads that do the work, always the same few.
    hands: mpsc::Sender<Job>,
    /// Passwords known from breaches.
    pub breached: Arc<Breached>,
    /// How often a password was held against a hash of ours, and against one of bcrypt.
    held: Arc<[AtomicU64; 2]>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self::knowing(Breached::shipped())
    }
}

impl Passwords {
    /// With this list of breached passwords.
    pub fn knowing(breached: Breached) -> Self {
        // One a processor is as fast as it gets.
        let wanted = std::thread::available_parallelism().map_or(2, std::num::NonZero::get).min(MOST_AT_ONCE);
        let (hands, work) = mpsc::channel::<Job>();
        let work = Arc::new(Mutex::new(work));
        let hired = (0..wanted).filter(|_| hire(work.clone())).count();
        let slots = Semaphore::new(hired);
        if hired == 0 {
            // Then nobody signs in, and hears why.
            slots.close();
        }
        Self { slots: Arc::new(slots), hands, breached: Arc::new(breached), held: Arc::default() }
    }

    /// Hash a password that passed [`check`]; the answer is in PHC form.
    pub async fn hash(&self, password: String) -> Result<String> {
        // It is written over as soon as it was worked with.
        let password = Zeroizing::new(password);
        self.off_thread(move |room| {
            let salt: [u8; 16] = rand::random();
            let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|error| Error::internal(error.to_string()))?;
            let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            let mut out = [0; Params::DEFAULT_OUTPUT_LEN];
            worked_out(&argon, (password.as_bytes(), &salt), &mut out, room)?;
            let (salt, out) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(out));
            Ok(format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p=1${salt}${out}"))
        })
        .await
    }

    /// Whether `password` belongs to `hash`; without a hash it takes as long and says no.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        let password = Zeroizing::new(password);
        if password.len() > LONGEST * 4 {
            return Ok(false);
        }
        let kind = usize::from(hash.as_deref().is_some_and(is_old));
        self.held[kind].fetch_add(1, Ordering::Relaxed);
        self.off_thread(move |room| {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
            if is_old(&hash) {
                return bcrypt::verify(password.as_bytes(), &hash).map_err(|error| Error::Internal(Box::new(error)));
            }
            Ok(fits(&password, &hash, room)? && known)
        })
        .await
    }

    /// How often a password was held against a hash of ours, and against one of bcrypt: what an answer took, without a clock.
    pub fn held_against(&self) -> (u64, u64) {
        (self.held[0].load(Ordering::Relaxed), self.held[1].load(Ordering::Relaxed))
    }

    async fn off_thread<T: Send + 'static>(&self, work: impl FnOnce(&mut Room) -> Result<T> + Send + 'static) -> Result<T> {
        let slot = self.slots.clone().acquire_owned().await.map_err(|_| Error::internal("the hashing slots are closed"))?;
        let (say, hear) = oneshot::channel();
        let job = move |room: &mut Room| {
            let outcome = work(room);
            drop(slot);
            drop(say.send(outcome));
        };
        self.hands.send(Box::new(job)).map_err(|_| Error::internal("nobody is left to hash"))?;
        hear.await.map_err(|_| Error::internal("the hashing broke off"))?
    }
}

/// One more thread that does what comes, until nobody is left to ask; whether there is one.
fn hire(work: Arc<Mutex<mpsc::Receiver<Job>>>) -> bool {
    let does = move || {
        let mut room = Room::new();
        loop {
            let next = work.lock().recv();
            let Ok(job) = next else { break };
            // Whoever waits for it hears that it broke off.
            drop(catch_unwind(AssertUnwindSafe(|| job(&mut room))));
        }
    };
    std::thread::Builder::new().name("purser-hash".into()).spawn(does).is_ok()
}

/// Argon2 in the room there is.
fn worked_out(argon: &Argon2<'_>, (password, salt): (&[u8], &[u8]), out: &mut [u8], room: &mut Room) -> Result<()> {
    let broken = |error: argon2::Error| Error::internal(error.to_string());
    let blocks = argon.params().block_count();
    if blocks > OURS {
        // A hash from elsewhere that takes more: nobody keeps that.
        let mut more = vec![Block::new(); blocks];
        return argon.hash_password_into_with_memory(password, salt, out, &mut more).map_err(broken);
    }
    room.resize(OURS, Block::new());
    argon.hash_password_into_with_memory(password, salt, out, &mut room[..blocks]).map_err(broken)
}

/// Whether this argon2 hash in PHC form is the password's.
fn fits(password: &str, hash: &str, room: &mut Room) -> Result<bool> {
    let unreadable = || Error::internal("a password hash that can not be read");
    let parsed = PasswordHash::new(hash).map_err(|_| unreadable())?;
    let algorithm = Algorithm::try_from(parsed.algorithm.as_str()).map_err(|_| unreadable())?;
    let version = parsed.version.map_or(Ok(Version::default()), Version::try_from).map_err(|_| unreadable())?;
    let params = Params::try_from(&parsed).map_err(|_| unreadable())?;
    let (Some(salt), Some(expected)) = (&parsed.salt, &parsed.hash) else { return Err(unreadable()) };
    let mut out = vec![0; expected.as_bytes().len()];
    let done = worked_out(&Argon2::new(algorithm, version, params), (password.as_bytes(), salt.as_ref()), &mut out, room);
    Ok(done.is_ok() && constant_time::verify_slices_are_equal(&out, expected.as_bytes()).is_ok())
}

/// Refuse what is far too long before anything is looked up or worked out.
pub(crate) fn at_most(field: &str, password: &str) -> Result<()> {
    if password.chars().count() <= LONGEST {
        return Ok(());
    }
    Err(Error::invalid(field, "too_long", format!("At most {LONGEST} characters.")))
}

/// Whether this is a hash of the kind that is replaced once its password is seen.
pub(crate) fn is_old(hash: &str) -> bool {
    hash.starts_with("$2")
}

/// Whether a hash from elsewhere can be taken over: argon2id in PHC form or bcrypt, of a strength that is neither a joke nor a trap.
pub fn can_take_over(hash: &str) -> bool {
    if is_old(hash) {
        let known = ["$2a$", "$2b$", "$2y$"].iter().any(|kind| hash.starts_with(kind));
        return known && hash.parse::<bcrypt::HashParts>().is_ok_and(|parts| BCRYPT_COST.contains(&parts.get_cost()));
    }
    let Ok(parsed) = PasswordHash::new(hash) else { return false };
    let Ok(params) = Params::try_from(&parsed) else { return false };
    hash.starts_with("$argon2id$") && (8_192..=262_144).contains(&params.m_cost()) && params.t_cost() <= 10 && params.p_cost() <= 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_same_few_threads_do_all_the_work() {
        let passwords = Passwords::default();
        let mut seen = std::collections::HashSet::new();
        for _ in 0..100 {
            seen.insert(passwords.off_thread(|_| Ok(std::thread::current().id())).await.unwrap());
        }
        assert!(!seen.contains(&std::thread::current().id()));
        assert!(seen.len() <= std::thread::available_parallelism().unwrap().get(), "{seen:?}");
        // One job that breaks takes nothing with it.
        let broken: Result<()> = passwords.off_thread(|_| panic!("on purpose")).await;
        assert!(broken.is_err());
        for _ in 0..100 {
            assert_eq!(passwords.off_thread(|_| Ok(1)).await.unwrap(), 1);
        }
    }

    #[tokio::test]
    async fn hashes_are_those_of_everybody_else() {
        use argon2::{CustomizedPasswordHasher, PasswordVerifier};
        let passwords = Passwords::default();
        let ours = passwords.hash("harbour lantern 42 brass".into()).await.unwrap();
        assert!(ours.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{ours}");
        let read = PasswordHash::new(&ours).unwrap();
        assert!(Argon2::default().verify_password(b"harbour lantern 42 brass", &read).is_ok());
        assert!(Argon2::default().verify_password(b"harbour lantern 42 brasS", &read).is_err());
        // Of every kind and size, after one another in the same room.
        for (kind, memory, passes, lanes) in
            [("argon2id", 8_192, 3, 1), ("argon2id", 32_768, 1, 4), ("argon2i", 9_000, 2, 2), ("argon2id", 19_456, 2, 1)]
        {
            let params = Params::new(memory, passes, lanes, None).unwrap();
            let theirs = Argon2::default().hash_password_customized(b"ours", b"some salt of theirs", Some(kind), None, params).unwrap().to_string();
            assert!(passwords.verify("ours".into(), Some(theirs.clone())).await.unwrap(), "{theirs}");
            assert!(!passwords.verify("theirs".into(), Some(theirs)).await.unwrap());
        }
    }

    #[tokio::test]
    async fn a_hash_fits_its_password_only() {
        let passwords = Passwords::default();
        let hash = passwords.hash("harbour lantern 42 brass".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(passwords.verify("harbour lantern 42 brass".into(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("harbour lantern 42 tin".into(), Some(hash)).await.unwrap());
        assert!(!passwords.verify("anything".into(), None).await.unwrap());
    }

    #[tokio::test]
    async fn hashes_from_elsewhere() {
        let passwords = Passwords::default();
        // From the test vectors of the reference implementation (crypt_blowfish), and one made here.
        let reference = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
        assert!(passwords.verify("U*U".into(), Some(reference.into())).await.unwrap());
        assert!(!passwords.verify("U*V".into(), Some(reference.into())).await.unwrap());
        assert!(!can_take_over(reference), "its work factor is a joke");
        let made = bcrypt::hash("harbour lantern 42 brass", 8).unwrap();
        assert!(can_take_over(&made) && is_old(&made));
        assert!(passwords.verify("harbour lantern 42 brass".into(), Some(made)).await.unwrap());
        let ours = passwords.hash("harbour lantern 42 brass".into()).await.unwrap();
        assert!(can_take_over(&ours) && !is_old(&ours));
        for bad in ["", "plain", "$2b$12$short", "$1$abc$def", "$argon2id$v=19$m=9999999,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Qm9n"] {
            assert!(!can_take_over(bad), "{bad}");
        }
    }
}
