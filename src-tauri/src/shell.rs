//! The shell's memory while it runs: which window looks at which profile, the line to each, the engine of this computer.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use futures::future::BoxFuture;
use http::StatusCode;
use parking_lot::{Mutex, RwLock};
use serde_json::{Value, json};
use tokio::sync::{broadcast, watch};

use crate::backend::{self, Backend};
use crate::connection::Connection;
use crate::elsewhere::Waiting;
use crate::local::{Local, Opener};
use crate::problem::Problem;
use crate::profiles::{LOCAL, NewProfile, Profile, ProfileChange, Store};
use crate::session::Session;
use crate::vault::Vault;
use crate::wire::Call;

/// What only a desktop can do; a test stands in for it.
pub(crate) trait Desk: Send + Sync {
    fn pick_folder(&self) -> BoxFuture<'_, Option<PathBuf>>;
    fn pick_certificate(&self) -> BoxFuture<'_, Option<PathBuf>>;
    fn pick_save(&self, name: &str) -> BoxFuture<'_, Option<PathBuf>>;
    fn open_url(&self, url: &str) -> Result<(), String>;
}

/// Told to every window, or to one.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) window: Option<String>,
    pub(crate) event: Value,
}

/// Folders and the ways to reach outside, fixed for one run.
pub(crate) struct Setup {
    pub(crate) config_folder: PathBuf,
    /// Where the data is when nobody chose a folder.
    pub(crate) data_folder: PathBuf,
    pub(crate) vault: Vault,
    pub(crate) store: Store,
    pub(crate) opener: Opener,
    pub(crate) desk: Box<dyn Desk>,
}

/// The profile of whatever process has this computer's data folder; its port differs from one start to the next.
const OWNER: &str = "Running on this computer";

pub(crate) struct Shell {
    pub(crate) store: Store,
    pub(crate) vault: Arc<Vault>,
    pub(crate) desk: Box<dyn Desk>,
    pub(crate) waiting: Waiting,
    config_folder: PathBuf,
    opener: Opener,
    local: RwLock<Arc<Local>>,
    connections: Mutex<HashMap<String, Arc<Connection>>>,
    windows: Mutex<HashMap<String, String>>,
    told: broadcast::Sender<Told>,
    /// Moves whenever a window looks somewhere else.
    moved: watch::Sender<u64>,
}

impl Shell {
    /// Begin opening the engine and be ready for the first window.
    pub(crate) fn start(setup: Setup) -> Arc<Self> {
        let local = Local::open(setup.data_folder, &setup.opener);
        Arc::new(Self {
            store: setup.store,
            vault: Arc::new(setup.vault),
            desk: setup.desk,
            waiting: Waiting::default(),
            config_folder: setup.config_folder,
            opener: setup.opener,
            local: RwLock::new(local),
            connections: Mutex::default(),
            windows: Mutex::default(),
            told: broadcast::channel(64).0,
            moved: watch::Sender::new(0),
        })
    }

    pub(crate) fn local(&self) -> Arc<Local> {
        self.local.read().clone()
    }

    /// Where sessions rest when the person chose a file over memory.
    pub(crate) fn session_file(&self) -> PathBuf {
        session_file(&self.config_folder)
    }

    /// The profile a window looks at.
    pub(crate) fn profile_of(&self, window: &str) -> Profile {
        let chosen = self.windows.lock().get(window).cloned().unwrap_or_else(|| self.store.settings().active);
        self.store.find(&chosen).or_else(|_| self.store.find(LOCAL)).unwrap_or_else(|_| unreachable!("the local profile is always there"))
    }

    pub(crate) fn connection_of(&self, window: &str) -> Result<Arc<Connection>, Problem> {
        self.connection(&self.profile_of(window).id)
    }

    /// The line to a profile, made when first wanted.
    pub(crate) fn connection(&self, id: &str) -> Result<Arc<Connection>, Problem> {
        let mut connections = self.connections.lock();
        if let Some(connection) = connections.get(id) {
            return Ok(connection.clone());
        }
        let (backend, key) = if id == LOCAL {
            let local = self.local();
            // Another folder is another business, so its session is another one as well.
            let key = format!("local {}", local.folder().display());
            (Backend::Local(local), key)
        } else {
            let remote = self.store.remote(id)?;
            let client = backend::Remote::new(backend::address(&remote.url)?, &remote.trust)?;
            // The address belongs to the key: a profile that is pointed elsewhere does not take its session along.
            (Backend::Remote(client), format!("{id} {}", remote.url))
        };
        let connection = Connection::new(id.to_owned(), backend, Session::new(key, self.vault.clone()));
        connections.insert(id.to_owned(), connection.clone());
        Ok(connection)
    }

    /// Answer a request of a window's page that is meant for the engine it looks at.
    pub(crate) async fn answer(&self, window: &str, call: Call) -> Response {
        let profile = self.profile_of(window).id;
        let answered = match self.connection(&profile) {
            Ok(connection) => connection.answer(call).await,
            Err(problem) => Err(problem),
        };
        if self.profile_of(window).id != profile {
            let late = "This reply came from the profile that was in use before.";
            return Problem::new(StatusCode::CONFLICT, "profile_switched", late).into_response();
        }
        answered.unwrap_or_else(IntoResponse::into_response)
    }

    /// Point a window at another profile. The first window's choice is the next start's.
    pub(crate) fn switch(&self, window: &str, id: &str) -> Result<Profile, Problem> {
        let profile = self.store.find(id)?;
        self.windows.lock().insert(window.to_owned(), profile.id.clone());
        if window == crate::window::MAIN {
            self.store.change(|settings| {
                settings.active.clone_from(&profile.id);
                Ok(())
            })?;
        }
        self.moved();
        self.tell(Some(window), json!({"topic": "shell", "action": "switched", "to": profile.id}));
        Ok(profile)
    }

    /// Forget the line to a profile; the next request makes it anew.
    pub(crate) fn disconnect(&self, id: &str) -> Option<Arc<Connection>> {
        let gone = self.connections.lock().remove(id);
        self.moved();
        gone
    }

    /// Change a profile. One that is pointed elsewhere leaves its session behind.
    pub(crate) async fn change(&self, id: &str, change: ProfileChange) -> Result<Profile, Problem> {
        let before = self.store.find(id)?;
        let line = self.connection(id).ok();
        let after = self.store.update(id, change)?;
        if before.url != after.url
            && let Some(line) = line
        {
            line.session.forget().await;
        }
        if (&before.url, &before.trust) != (&after.url, &after.trust) {
            self.disconnect(id);
        }
        Ok(after)
    }

    /// A window is gone.
    pub(crate) fn closed(&self, window: &str) {
        self.waiting.call_off(window);
        self.windows.lock().remove(window);
    }

    /// Windows that looked at a removed profile look at this computer again.
    pub(crate) fn leave(&self, id: &str) {
        for looked_at in self.windows.lock().values_mut().filter(|looked_at| *looked_at == id) {
            LOCAL.clone_into(looked_at);
        }
        self.moved();
    }

    /// Open another data folder, and only when that worked close the present one.
    pub(crate) async fn move_to(&self, folder: PathBuf) -> Result<(), Problem> {
        let present = self.local();
        if present.folder() == folder && present.wait().await.is_ok() {
            return Ok(());
        }
        let next = Local::open(folder.clone(), &self.opener);
        next.wait().await.map_err(|refusal| Problem { status: StatusCode::CONFLICT, ..refusal.problem() })?;
        self.store.change(|settings| {
            settings.data_folder = Some(folder);
            Ok(())
        })?;
        *self.local.write() = next;
        if let Some(connection) = self.disconnect(LOCAL) {
            connection.session.settle().await;
        }
        present.close().await;
        self.tell(None, json!({"topic": "shell", "action": "switched", "to": LOCAL}));
        Ok(())
    }

    /// The engine that has the data folder is another process: work on it through its address.
    pub(crate) async fn connect_to_owner(&self, window: &str, url: &str) -> Result<Profile, Problem> {
        let url = backend::address(url)?.to_string();
        let certificate = Some(self.local().folder().join("tls-cert.pem")).filter(|path| url.starts_with("https") && path.exists());
        let found = NewProfile::found(OWNER, &url, certificate);
        let known = self.store.all().into_iter().find(|profile| profile.name == OWNER);
        let profile = match known {
            Some(profile) => self.change(&profile.id, found.into()).await?,
            None => self.store.add(found)?,
        };
        self.switch(window, &profile.id)
    }

    /// Say something to one window or to all.
    pub(crate) fn tell(&self, window: Option<&str>, event: Value) {
        // Nobody listening is not a fault: the page may not be there yet.
        let _unheard = self.told.send(Told { window: window.map(str::to_owned), event });
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<Told> {
        self.told.subscribe()
    }

    pub(crate) fn watch_moves(&self) -> watch::Receiver<u64> {
        self.moved.subscribe()
    }

    fn moved(&self) {
        self.moved.send_modify(|count| *count += 1);
    }

    /// The end: let refreshes finish, stop listening, drain the engine.
    pub(crate) async fn close(&self) {
        let all: Vec<_> = self.connections.lock().values().cloned().collect();
        for connection in all {
            connection.session.settle().await;
        }
        self.local().close().await;
    }
}

/// Beside the settings.
pub(crate) fn session_file(config_folder: &Path) -> PathBuf {
    config_folder.join("sessions.json")
}
