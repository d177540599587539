//! What can be read at any time, as it was when somebody asked.

use std::fmt;

use jiff::Timestamp;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

use super::catalogue::{self, Described};
use crate::readiness::{Causes, DiskSpace};

/// How things stood.
#[derive(Clone, Debug, Default)]
pub(crate) struct Readings {
    /// Durable changes of all organisations together.
    pub(crate) head: u64,
    pub(crate) organisations: u64,
    pub(crate) followers: u64,
    pub(crate) follower_lag: u64,
    /// Of the runtime; unknown outside of one.
    pub(crate) tasks: Option<u64>,
    /// Unknown when the directory cannot be read.
    pub(crate) storage_bytes: Option<u64>,
    /// Unknown when the system does not say.
    pub(crate) disk: Option<DiskSpace>,
    pub(crate) disk_reserve_bytes: Option<u64>,
    /// What keeps the server from appending.
    pub(crate) causes: Causes,
    /// Which moment the last backup shows; none before the first.
    pub(crate) last_backup: Option<Timestamp>,
    /// The end of the certificate that is shown.
    pub(crate) certificate_expiry: Option<Timestamp>,
    pub(crate) started: Option<Timestamp>,
}

#[derive(Debug)]
struct Gauges(Readings);

impl Readings {
    /// Makes what writes these numbers.
    pub(super) fn registry(&self) -> Registry {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Gauges(self.clone())));
        registry
    }
}

impl Collector for Gauges {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Self(readings) = self;
        let plain = [
            (&catalogue::HEAD, Some(readings.head)),
            (&catalogue::ORGANISATIONS, Some(readings.organisations)),
            (&catalogue::FOLLOWERS, Some(readings.followers)),
            (&catalogue::FOLLOWER_LAG, Some(readings.follower_lag)),
            (&catalogue::TASKS, readings.tasks),
            (&catalogue::STORAGE_BYTES, readings.storage_bytes),
            (
                &catalogue::DISK_FREE_BYTES,
                readings.disk.map(|disk| disk.free),
            ),
            (
                &catalogue::DISK_SIZE_BYTES,
                readings.disk.map(|disk| disk.size),
            ),
            (&catalogue::DISK_RESERVE_BYTES, readings.disk_reserve_bytes),
            (
                &catalogue::READY,
                Some(u64::from(readings.causes.is_ready())),
            ),
        ];
        for (described, value) in plain {
            if let Some(value) = value {
                write(begin(&mut encoder, described)?, value)?;
            }
        }
        let mut causes = begin(&mut encoder, &catalogue::NOT_READY)?;
        for (cause, stands) in readings.causes.each() {
            write(
                causes.encode_family(&[("cause", cause.word())])?,
                u64::from(stands),
            )?;
        }
        let mut build = begin(&mut encoder, &catalogue::BUILD)?;
        write(
            build.encode_family(&[("version", env!("CARGO_PKG_VERSION"))])?,
            1,
        )?;
        let moments = [
            (&catalogue::LAST_BACKUP, readings.last_backup),
            (&catalogue::CERTIFICATE_EXPIRY, readings.certificate_expiry),
            (&catalogue::STARTED, readings.started),
        ];
        for (described, moment) in moments {
            if let Some(moment) = moment {
                let gauge = begin(&mut encoder, described)?;
                ConstGauge::new(seconds(moment)).encode(gauge)?;
            }
        }
        Ok(())
    }
}

fn begin<'e>(
    encoder: &'e mut DescriptorEncoder<'_>,
    described: &Described,
) -> Result<MetricEncoder<'e>, fmt::Error> {
    // A registry ends the sentence by itself, a collector does not.
    let help = format!("{}.", described.help);
    encoder.encode_descriptor(described.name, &help, None, MetricType::Gauge)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a double holds milliseconds until far beyond the calendar"
)]
fn seconds(moment: Timestamp) -> f64 {
    moment.as_millisecond() as f64 / 1_000.0
}

fn write(encoder: MetricEncoder<'_>, value: u64) -> fmt::Result {
    ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX)).encode(encoder)
}
