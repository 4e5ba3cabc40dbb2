//! The files of evidence on their way. Where a provider takes them ahead, each is sent on its own and noted as soon as it lies there, so that one
//! that got there is not sent again; elsewhere they go along with the words.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use purser_core::access::Grant;
use purser_core::ids::{FileId, TenantId};
use purser_core::{Error, Result};
use purser_store::dispute_uploads as store;
use purser_store::disputes::Dispute;

use super::evidence::Shown;
use super::port::{Content, Disputes, Enclosed, FileCall};
use crate::App;
use crate::files::key;
use crate::payments::port::{Handle, Trouble};

/// Longest one file may take.
const LONGEST: Duration = Duration::from_mins(1);

/// What a provider made of something.
type Heard<T> = std::result::Result<T, Trouble>;

/// All files as they go with the evidence; those that go ahead lie there then.
pub(super) async fn enclose<P>(
    app: &App,
    by: &Grant<P>,
    provider: &dyn Disputes,
    (dispute, files): (&Dispute, Vec<Shown>),
) -> Result<Heard<Vec<Enclosed>>> {
    if files.is_empty() {
        return Ok(Ok(Vec::new()));
    }
    let takes = match provider.takes(handle(by, dispute)).await {
        Ok(takes) => takes,
        Err(trouble) => return Ok(Err(trouble)),
    };
    let ahead = takes.is_some_and(|takes| takes.ahead);
    let mut enclosed = Vec::new();
    for Shown { file, kind, sent } in files {
        let content = if let Some(known) = sent {
            Content::Sent(known)
        } else {
            let Some(bytes) = bytes(app, by.tenant(), file.id).await? else {
                let message = format!("“{}” is not there any more. Choose another file.", file.name);
                return Ok(Err(Trouble::Refused("file_gone".into(), message)));
            };
            let call = FileCall { handle: handle(by, dispute), reference: dispute.reference.clone(), file: file.clone(), bytes };
            if ahead {
                match send(app, by, provider, (dispute, &call)).await? {
                    Ok(reference) => Content::Sent(reference),
                    Err(trouble) => return Ok(Err(trouble)),
                }
            } else {
                Content::Along(call.bytes)
            }
        };
        enclosed.push(Enclosed { file, kind, content });
    }
    Ok(Ok(enclosed))
}

fn handle<P>(by: &Grant<P>, dispute: &Dispute) -> Handle {
    Handle { tenant: by.tenant(), payment: dispute.payment_id }
}

async fn send<P>(app: &App, by: &Grant<P>, provider: &dyn Disputes, (dispute, call): (&Dispute, &FileCall)) -> Result<Heard<String>> {
    let reference = match tokio::time::timeout(LONGEST, provider.upload(call)).await.unwrap_or(Err(Trouble::Unknown)) {
        Ok(reference) => reference,
        Err(Trouble::Refused(code, message)) => return Ok(Err(Trouble::Refused(code, format!("“{}”: {message}", call.file.name)))),
        Err(Trouble::Unknown) => return Ok(Err(Trouble::Unknown)),
    };
    app.db
        .transact(by, async |tx| {
            store::keep(tx, (dispute.id, call.file.id), (&reference, app.clock.now())).await?;
            Ok::<_, Error>(())
        })
        .await?;
    Ok(Ok(reference))
}

/// The bytes of a file.
async fn bytes(app: &App, tenant: TenantId, id: FileId) -> Result<Option<Bytes>> {
    let mut parts = match app.vault.get(key(tenant, id), None).await {
        Ok(parts) => parts,
        Err(Error::NotFound(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut whole = BytesMut::new();
    while let Some(part) = parts.next().await {
        whole.extend_from_slice(&part?);
    }
    Ok(Some(whole.freeze()))
}
