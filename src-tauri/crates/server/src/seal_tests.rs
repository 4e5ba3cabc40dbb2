//! No key is ever lost, whatever the keychain does.

use std::collections::BTreeMap;

use super::*;

/// A keychain that may not do what it is asked.
#[derive(Default)]
struct Fake {
    kept: Mutex<BTreeMap<String, String>>,
    refuses: Mutex<bool>,
    /// Takes what it is given and gives back something else.
    garbles: Mutex<bool>,
}

impl Keychain for Fake {
    fn get(&self, name: &str) -> Result<Option<Zeroizing<String>>, String> {
        if *self.refuses.lock() { Err("it is locked".into()) } else { Ok(self.kept.lock().get(name).cloned().map(Zeroizing::new)) }
    }
    fn set(&self, name: &str, secret: &str) -> Result<(), String> {
        if *self.refuses.lock() {
            return Err("it is locked".into());
        }
        let garbled = *self.garbles.lock();
        let before = self.kept.lock().insert(name.into(), if garbled { secret[..60].into() } else { secret.into() });
        assert_eq!(before, None, "something was written over");
        Ok(())
    }
}

struct Place {
    folder: tempfile::TempDir,
    keychain: Arc<Fake>,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), keychain: Arc::default() }
    }
    fn config(&self, with_keychain: bool) -> Config {
        let keychain: Option<Arc<dyn Keychain>> = if with_keychain { Some(self.keychain.clone()) } else { None };
        Config { keychain, ..Config::embedded(self.folder.path()) }
    }
    fn open(&self) -> Keys {
        in_folder(&self.config(true)).unwrap_or_else(|error| panic!("{error}"))
    }
    fn refused(&self, with_keychain: bool) -> StartError {
        in_folder(&self.config(with_keychain)).err().expect("it opened")
    }
    fn file(&self) -> String {
        std::fs::read_to_string(self.folder.path().join(FILE)).unwrap()
    }
}

fn bytes(keys: &[SealKey]) -> Vec<Vec<u8>> {
    keys.iter().map(|key| key.to_vec()).collect()
}

#[test]
fn keys_made_at_once_are_all_kept() {
    for with_keychain in [false, true] {
        let place = Place::new();
        let ring = in_folder(&place.config(with_keychain)).unwrap_or_else(|error| panic!("{error}")).1.unwrap();
        let made: Vec<SealKey> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..20).map(|_| scope.spawn(|| ring.add().unwrap())).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let kept = in_folder(&place.config(with_keychain)).unwrap_or_else(|error| panic!("{error}")).0;
        assert_eq!(kept.len(), 21);
        assert!(made.iter().all(|key| kept.contains(key)), "a key that sealed something is gone");
        assert_eq!(in_keychain(place.folder.path()), Some(with_keychain));
    }
}

#[test]
fn a_key_in_a_file_moves_once_the_keychain_gave_it_back() {
    let place = Place::new();
    let old = in_folder(&place.config(false)).unwrap_or_else(|error| panic!("{error}")).0;
    let file = place.file();
    // As long as the keychain fails, whichever way, the file stays as it was and goes on working.
    for switch in [&place.keychain.refuses, &place.keychain.garbles] {
        *switch.lock() = true;
        assert_eq!((bytes(&place.open().0), place.file()), (bytes(&old), file.clone()));
        *switch.lock() = false;
    }
    assert_eq!(bytes(&place.open().0), bytes(&old));
    assert!(name_in(&place.file()).is_some() && !place.file().contains(&hex::encode(*old[0])), "{}", place.file());
    assert_eq!(bytes(&place.open().0), bytes(&old));
    // A new key comes first and the old one stays, in the keychain as well.
    let new = place.open().1.unwrap().add().unwrap();
    assert_eq!(bytes(&place.open().0), vec![new.to_vec(), old[0].to_vec()]);
    // A keychain that fails then makes no key, and loses none.
    for switch in [&place.keychain.refuses, &place.keychain.garbles] {
        let ring = place.open().1.unwrap();
        *switch.lock() = true;
        assert!(matches!(ring.add(), Err(Error::Unavailable("keychain_away", _))));
        *switch.lock() = false;
        assert_eq!(bytes(&place.open().0), vec![new.to_vec(), old[0].to_vec()]);
    }
}

#[test]
fn without_its_keychain_a_folder_says_what_to_do_and_a_copy_brings_it_back() {
    let place = Place::new();
    let keys = place.open().0;
    assert_eq!(in_keychain(place.folder.path()), Some(true));
    let copy = copy(place.folder.path(), Some(&*place.keychain)).unwrap_or_else(|error| panic!("{error}"));
    let note = place.file();
    *place.keychain.refuses.lock() = true;
    for error in [place.refused(true), place.refused(false)] {
        assert!(error.code() == "seal_key_missing" && error.to_string().contains("--seal-key-file"), "{error}");
    }
    *place.keychain.refuses.lock() = false;
    let elsewhere = Place { folder: place.folder, keychain: Arc::default() };
    assert!(elsewhere.refused(true).to_string().contains("came from elsewhere"));
    assert_eq!(elsewhere.file(), note, "a refusal changes nothing");
    std::fs::write(elsewhere.folder.path().join(FILE), &*copy).unwrap();
    assert_eq!(bytes(&in_folder(&elsewhere.config(false)).unwrap_or_else(|error| panic!("{error}")).0), bytes(&keys));
    // In a window with a keychain the copy moves there.
    assert_eq!(bytes(&elsewhere.open().0), bytes(&keys));
    assert_eq!(in_keychain(elsewhere.folder.path()), Some(true));
}

#[test]
fn a_file_nobody_can_use_is_neither_moved_nor_replaced() {
    let place = Place::new();
    std::fs::write(place.folder.path().join(FILE), "not a key\n").unwrap();
    assert_eq!(place.refused(true).code(), "config");
    assert_eq!(place.file(), "not a key\n");
    assert!(place.keychain.kept.lock().is_empty());
}
