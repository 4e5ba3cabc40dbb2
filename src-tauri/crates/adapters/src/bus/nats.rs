//! NATS `JetStream`: one stream that lies on the server's disk, one durable reader for each consumer. The server drops what it was handed
//! before by the id of the message.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_nats::connection::State;
use async_nats::jetstream::consumer::{AckPolicy, Consumer, pull};
use async_nats::jetstream::{self, Context, stream};
use async_nats::{Client, ConnectOptions, HeaderMap, ServerAddr};
use async_trait::async_trait;
use futures::StreamExt;
use parking_lot::Mutex;
use purser_service::bus::port::{Away, Bus, Delivery, Message};
use tokio::sync::OnceCell;

use super::read;

/// The stream everything goes into, and what its subjects begin with: `purser.events.<tenant>.<area>.<word>`.
const STREAM: &str = "PURSER_EVENTS";
const SUBJECTS: &str = "purser.events";
/// Kept as long as the outbox keeps them.
const KEPT: Duration = Duration::from_hours(7 * 24);
/// What was handed over twice within this is dropped.
const TWICE: Duration = Duration::from_mins(10);
/// A message somebody took and did not settle for so long goes to somebody else.
const LEFT: Duration = Duration::from_mins(1);
/// How long one step may take.
const LONGEST: Duration = Duration::from_secs(5);

/// NATS `JetStream`.
pub struct Nats {
    address: ServerAddr,
    client: OnceCell<Client>,
    readers: Mutex<HashMap<&'static str, Consumer<pull::Config>>>,
}

fn away<E: std::fmt::Debug>(what: &'static str) -> impl FnOnce(E) -> Away {
    move |error| {
        // The words may hold the address; they go to the log of whoever asks for it.
        tracing::debug!(?error, what, "NATS");
        Away(format!("NATS: {what}"))
    }
}

impl Nats {
    /// The NATS at `url`. Nothing is connected yet.
    pub fn new(url: &str) -> Result<Self, String> {
        let address = url.parse().ok().filter(|address: &ServerAddr| !address.host().is_empty()).ok_or("This is not the address of a NATS.")?;
        Ok(Self { address, client: OnceCell::new(), readers: Mutex::default() })
    }

    async fn context(&self) -> Result<Context, Away> {
        let options = || ConnectOptions::new().name("purser").connection_timeout(LONGEST).request_timeout(Some(LONGEST)).client_capacity(1_024);
        let client = self.client.get_or_try_init(|| options().connect(self.address.clone())).await.map_err(away("no connection"))?;
        // It comes back by itself; what is sent meanwhile would wait in a line nobody sees.
        if client.connection_state() != State::Connected {
            return Err(Away("NATS: no connection".into()));
        }
        let mut context = jetstream::new(client.clone());
        context.set_timeout(LONGEST);
        Ok(context)
    }

    /// The stream, made if the server has none.
    async fn stream(&self) -> Result<stream::Stream, Away> {
        let config = stream::Config {
            name: STREAM.into(),
            subjects: vec![format!("{SUBJECTS}.>")],
            max_age: KEPT,
            duplicate_window: TWICE,
            storage: stream::StorageType::File,
            ..stream::Config::default()
        };
        within(self.context().await?.get_or_create_stream(config)).await?.map_err(away("no stream"))
    }

    async fn reader(&self, consumer: &'static str) -> Result<Consumer<pull::Config>, Away> {
        if let Some(reader) = self.readers.lock().get(consumer) {
            return Ok(reader.clone());
        }
        let name = format!("purser-{consumer}");
        let config = pull::Config { durable_name: Some(name.clone()), ack_policy: AckPolicy::Explicit, ack_wait: LEFT, ..pull::Config::default() };
        let stream = self.stream().await?;
        let reader = within(stream.get_or_create_consumer(&name, config)).await?.map_err(away("no reader"))?;
        self.readers.lock().insert(consumer, reader.clone());
        Ok(reader)
    }

    async fn take(&self, consumer: &'static str, most: usize, wait: Duration) -> Result<Vec<Delivery>, Away> {
        let reader = self.reader(consumer).await?;
        let fetch = reader.fetch().max_messages(most).messages();
        let mut messages = within(fetch).await?.map_err(away("nothing to read from"))?;
        let found = within(collect(&mut messages)).await??;
        if !found.is_empty() {
            return Ok(found);
        }
        // Nothing there: wait for one.
        let mut messages = within(reader.fetch().max_messages(1).expires(wait).messages()).await?.map_err(away("nothing to read from"))?;
        tokio::time::timeout(wait + LONGEST, collect(&mut messages)).await.map_err(away("no answer"))?
    }

    async fn hand_over(&self, messages: &[Arc<Message>]) -> Result<(), Away> {
        let context = self.context().await?;
        let mut acks = Vec::with_capacity(messages.len());
        for message in messages {
            let mut headers = HeaderMap::new();
            headers.insert(async_nats::header::NATS_MESSAGE_ID, message.id.as_str());
            let subject = format!("{SUBJECTS}.{}.{}.{}", message.tenant, message.topic, message.action);
            let body = serde_json::to_vec(message).map_err(away("an event could not be written"))?;
            acks.push(within(context.publish_with_headers(subject, headers, body.into())).await?.map_err(away("not taken"))?);
        }
        for ack in acks {
            within(ack.into_future()).await?.map_err(away("not taken"))?;
        }
        Ok(())
    }
}

async fn within<T>(work: impl Future<Output = T>) -> Result<T, Away> {
    tokio::time::timeout(LONGEST, work).await.map_err(away("no answer"))
}

async fn collect(messages: &mut pull::Batch) -> Result<Vec<Delivery>, Away> {
    let mut found = Vec::new();
    while let Some(message) = messages.next().await {
        let message = message.map_err(away("no answer"))?;
        let receipt = message.reply.as_ref().map(ToString::to_string).unwrap_or_default();
        found.push(Delivery { message: read(&message.payload), receipt });
    }
    Ok(found)
}

#[async_trait]
impl Bus for Nats {
    fn name(&self) -> &'static str {
        "nats"
    }

    fn is_outside(&self) -> bool {
        true
    }

    async fn publish(&self, messages: &[Arc<Message>]) -> Result<(), Away> {
        // A server that was emptied has no stream any more: one look each time is cheap beside the messages.
        self.stream().await?;
        self.hand_over(messages).await
    }

    async fn receive(&self, consumer: &'static str, most: usize, wait: Duration) -> Result<Vec<Delivery>, Away> {
        let taken = self.take(consumer, most, wait).await;
        if taken.is_err() {
            self.readers.lock().remove(consumer);
        }
        taken
    }

    async fn settle(&self, _: &'static str, receipts: Vec<String>) -> Result<(), Away> {
        let client = self.context().await?.client();
        for receipt in receipts {
            within(client.publish(receipt, "+ACK".into())).await?.map_err(away("not taken"))?;
        }
        Ok(())
    }
}
