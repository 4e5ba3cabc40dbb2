//! What a killed process leaves behind is gone after the next start; what belongs to somebody stays.

use purser_service::files;
use purser_testkit::both;

use super::{objects, upload};

both! {
    async fn orphans_go_and_files_stay(app) {
        let owner = app.owner().await;
        let id = upload(&owner, "a.txt", b"keep me").await.is(201).data()["id"].as_str().unwrap().to_owned();
        let kept = objects(&app);
        let shelf = kept[0].parent().unwrap();
        // An object whose row was never written, and one that was being written.
        let orphan = uuid::Uuid::from_u128(uuid::Uuid::parse_str(&id).unwrap().as_u128() ^ 0x10_0000_0000);
        std::fs::write(shelf.join(orphan.to_string()), b"nobody knows me").unwrap();
        let half = app.database.folder.path().join("objects/unfinished").join(orphan.to_string());
        std::fs::write(&half, b"hal").unwrap();
        assert_eq!(objects(&app).len(), 3);
        app.advance(2 * purser_core::time::HOUR);
        app.app.vault.tidy(app.app.clock.now()).await.unwrap();
        assert_eq!(files::sweep(&app.app, app.app.clock.now()).await.unwrap(), 1);
        assert_eq!(objects(&app), kept);
        let owner = app.owner().await;
        assert_eq!(owner.get(&format!("/files/{id}/download")).await.ok().text(), "keep me");
    }
}
