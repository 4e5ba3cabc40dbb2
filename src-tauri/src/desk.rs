//! The desktop's own dialogs and its browser, behind `Desk`.

use std::path::PathBuf;

use futures::future::BoxFuture;
use tauri::AppHandle;
use tauri_plugin_dialog::{DialogExt, FilePath, MessageDialogButtons, MessageDialogKind, MessageDialogResult};
use tauri_plugin_opener::OpenerExt;
use tokio::sync::oneshot;

use crate::shell::Desk;

/// The real desk.
pub(crate) struct NativeDesk(pub(crate) AppHandle);

impl Desk for NativeDesk {
    fn pick_folder(&self) -> BoxFuture<'_, Option<PathBuf>> {
        let (answer, answered) = oneshot::channel();
        let dialog = self.0.dialog().file().set_title("Choose the data folder").set_can_create_directories(true);
        dialog.pick_folder(move |path| drop(answer.send(path)));
        Box::pin(picked(answered))
    }

    fn pick_certificate(&self) -> BoxFuture<'_, Option<PathBuf>> {
        let (answer, answered) = oneshot::channel();
        let dialog = self.0.dialog().file().set_title("Choose the certificate to trust").add_filter("Certificates", &["pem", "crt", "cer"]);
        dialog.pick_file(move |path| drop(answer.send(path)));
        Box::pin(picked(answered))
    }

    fn pick_save(&self, name: &str) -> BoxFuture<'_, Option<PathBuf>> {
        let (answer, answered) = oneshot::channel();
        self.0.dialog().file().set_title("Save").set_file_name(name).save_file(move |path| drop(answer.send(path)));
        Box::pin(picked(answered))
    }

    fn open_url(&self, url: &str) -> Result<(), String> {
        self.0.opener().open_url(url, None::<String>).map_err(|error| error.to_string())
    }
}

async fn picked(answered: oneshot::Receiver<Option<FilePath>>) -> Option<PathBuf> {
    answered.await.ok().flatten().and_then(|path| path.into_path().ok())
}

/// A question in a native dialog: it is seen even when the page is not. The answer is the button's place, the last one when it was closed.
pub(crate) async fn ask(app: &AppHandle, title: &str, question: &str, buttons: [&str; 3]) -> usize {
    let (answer, answered) = oneshot::channel();
    let [first, second, third] = buttons.map(str::to_owned);
    let shown = MessageDialogButtons::YesNoCancelCustom(first, second, third);
    let dialog = app.dialog().message(question).title(title).kind(MessageDialogKind::Warning).buttons(shown);
    dialog.show_with_result(move |result| drop(answer.send(result)));
    match answered.await {
        Ok(MessageDialogResult::Yes) => 0,
        Ok(MessageDialogResult::No) => 1,
        Ok(MessageDialogResult::Custom(label)) => buttons.iter().position(|button| *button == label).unwrap_or(2),
        _ => 2,
    }
}

/// Something to know, with one button.
pub(crate) fn say(app: &AppHandle, title: &str, words: &str) {
    app.dialog().message(words).title(title).kind(MessageDialogKind::Info).show(|_| {});
}
