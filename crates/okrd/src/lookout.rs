//! Looks after what can keep the server from appending, and tells it to those who ask: probes and metrics.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{MissedTickBehavior, interval};
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use crate::accept::Gate;
use crate::last_backup;
use crate::metrics::Readings;
use crate::monitor::Monitor;
use crate::readiness::{Cause, DiskProbe, DiskReserve, DiskSpace, size_of};
use crate::server::{SYNC, ServeOptions};
use crate::service::Shared;
use crate::tls::TlsSlot;

/// Time between two looks at the disk; what is written meanwhile is far less than the usual reserve.
const DISK_INTERVAL: Duration = Duration::from_secs(1);

/// What is looked after.
pub(crate) struct Lookout {
    shared: Arc<Shared>,
    data: PathBuf,
    disk: DiskProbe,
    gate: Gate,
    stall_after: Duration,
    /// Whether the last look at the disk failed, so that it is said once.
    blind: AtomicBool,
    started: Timestamp,
}

impl Lookout {
    /// Begins with a look at the disk.
    pub(crate) fn new(shared: Arc<Shared>, gate: Gate, options: &ServeOptions) -> Self {
        let lookout = Self {
            started: shared.clock.now(),
            shared,
            data: options.data.clone(),
            disk: options.disk.clone(),
            gate,
            stall_after: options.stall_after,
            blind: AtomicBool::new(false),
        };
        lookout.look_at_disk();
        lookout
    }

    /// Keeps readiness up to date and tells it to gRPC's probes, until the server stops.
    pub(crate) async fn watch(self: Arc<Self>, health: HealthReporter) {
        tokio::join!(self.watch_writer(), self.watch_disk(), self.report(&health));
    }

    /// Tells gRPC's probes how things stand.
    pub(crate) async fn tell(&self, health: &HealthReporter) {
        let status = match self.shared.readiness.causes() {
            causes if causes.is_ready() => ServingStatus::Serving,
            _ => ServingStatus::NotServing,
        };
        health.set_service_status(SYNC, status).await;
    }

    /// Makes what answers over HTTP.
    pub(crate) fn monitor(self: &Arc<Self>) -> Monitor {
        let lookout = Arc::clone(self);
        Monitor {
            metrics: Arc::clone(&self.shared.metrics),
            readiness: Arc::clone(&self.shared.readiness),
            look: Arc::new(move || lookout.readings()),
        }
    }

    async fn watch_writer(&self) {
        let mut refuses = self.shared.writer.refuses_writes();
        if refuses.wait_for(|refuses| *refuses).await.is_ok() {
            tracing::error!("storage refuses writes; restart the server when its cause is gone");
            self.shared.readiness.set(Cause::Storage, true);
        }
    }

    async fn watch_disk(&self) {
        let mut looks = interval(DISK_INTERVAL);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            self.look_at_disk();
            self.look_at_log();
            self.look_at_writer();
        }
    }

    /// Passes changes on to gRPC's probes. How a server that stops ends that, is its own business.
    async fn report(&self, health: &HealthReporter) {
        let mut causes = self.shared.readiness.subscribe();
        while causes.changed().await.is_ok() {
            if causes.borrow_and_update().has(Cause::Draining) {
                return;
            }
            self.tell(health).await;
        }
    }

    /// Notices a failure that no push has met: the witness of the log is written after the answers.
    fn look_at_log(&self) {
        if let Some(cause) = self.shared.log.failure() {
            self.shared.writer.give_up(&cause);
        }
    }

    /// Notices a write that does not end, of which nobody would say anything: it has neither failed nor taken long yet.
    fn look_at_writer(&self) {
        let readiness = &self.shared.readiness;
        let busy = self.shared.writer.busy_for().unwrap_or_default();
        let stalls = busy >= self.stall_after;
        let has_stalled = readiness.causes().has(Cause::Stalled);
        if stalls && !has_stalled {
            let seconds = busy.as_secs();
            tracing::error!(seconds, "a write does not end; pushes wait for it");
        } else if has_stalled && !stalls {
            tracing::info!("the write that did not end has ended");
        }
        readiness.set(Cause::Stalled, stalls);
    }

    fn look_at_disk(&self) {
        let space = match self.space() {
            Ok(space) => space,
            Err(error) => {
                // Not to know is no reason to stop: writing will tell.
                if !self.blind.swap(true, Ordering::Relaxed) {
                    tracing::warn!(%error, "the room on the disk is not known");
                }
                return;
            }
        };
        self.blind.store(false, Ordering::Relaxed);
        let reserve = self.reserve().of(space.size);
        let low = space.free < reserve;
        let was_low = self.shared.readiness.causes().has(Cause::Disk);
        if low && !was_low {
            let free = space.free;
            tracing::error!(
                free,
                reserve,
                "the disk is nearly full; changes are refused until there is room"
            );
        } else if was_low && !low {
            tracing::info!("there is room on the disk again");
        }
        self.shared.readiness.set(Cause::Disk, low);
    }

    /// Returns what is to be kept free; it can change while the server runs.
    fn reserve(&self) -> DiskReserve {
        let limits = self.gate.limits.get();
        DiskReserve {
            bytes: limits.disk_reserve.to_u64(),
            percent: limits.disk_reserve_percent.to_u32(),
        }
    }

    fn space(&self) -> io::Result<DiskSpace> {
        self.disk.space(&self.data)
    }

    /// Reads how things stand. Blocks on the disk.
    fn readings(&self) -> Readings {
        let heads = &self.shared.heads;
        let head = |org| heads.head(org).position.get();
        let (followers, follower_lag) = self.shared.metrics.followers.look(head);
        let disk = self.space().ok();
        Readings {
            head: heads.orgs().map(head).sum(),
            organisations: heads.orgs().count() as u64,
            followers,
            follower_lag,
            tasks: tasks(),
            storage_bytes: size_of(&self.data).ok(),
            disk,
            disk_reserve_bytes: disk.map(|disk| self.reserve().of(disk.size)),
            causes: self.shared.readiness.causes(),
            // A file that cannot be read is no backup that anybody could count on.
            last_backup: last_backup::read(&self.data).unwrap_or_default(),
            certificate_expiry: self.gate.tls.as_ref().and_then(TlsSlot::valid_until),
            started: Some(self.started),
        }
    }
}

/// Counts the tasks of the runtime that this is a part of.
fn tasks() -> Option<u64> {
    let runtime = tokio::runtime::Handle::try_current().ok()?;
    u64::try_from(runtime.metrics().num_alive_tasks()).ok()
}
