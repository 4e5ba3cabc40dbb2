//! The seal keys of this computer's engine in the system's keychain. What they open is in the data folder, what opens them is not.

use std::sync::Arc;

use keyring_core::{CredentialStore, Error};
use purser_server::Keychain;
use zeroize::Zeroizing;

const SERVICE: &str = "app.purser.desktop";

/// The platform's keychain, for the engine.
pub(crate) struct SealKeys(pub(crate) Arc<CredentialStore>);

impl Keychain for SealKeys {
    fn get(&self, name: &str) -> Result<Option<Zeroizing<String>>, String> {
        apart(|| match self.0.build(SERVICE, &user(name), None)?.get_password() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        })
    }

    fn set(&self, name: &str, secret: &str) -> Result<(), String> {
        apart(|| self.0.build(SERVICE, &user(name), None)?.set_password(secret))
    }
}

fn user(name: &str) -> String {
    format!("seal keys {name}")
}

/// On a thread of its own: the library waits in a runtime of its own, which may not stand within another.
fn apart<T: Send>(ask: impl FnOnce() -> keyring_core::Result<T> + Send) -> Result<T, String> {
    let asked = std::thread::scope(|scope| scope.spawn(ask).join());
    asked.map_err(|_| "the keychain's library failed".to_owned())?.map_err(|error| error.to_string())
}
