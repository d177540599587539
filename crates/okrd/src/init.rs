//! Making a data directory: the organisation, its administrator, the server's key, the first login code.

use std::path::Path;

use jiff::Timestamp;
use okr_core::authorize::Scope;
use okr_core::change::Change;
use okr_core::event::{Event, NewOrg, OrgEvent, PersonEvent};
use okr_core::id::{ChangeId, OrgId, PersonId};
use okr_core::text::{Name, TimeZoneName};
use okr_core::value::{CadenceDays, EditPolicy, Role, Source, WeekStart};
use okr_log::{
    AppendOutcome, Appender, Batch, CreateError, KeyName, Log, LogOptions, OpenError, Origin,
    SigningKey,
};
use okr_proto::{DirectoryEntry, DisplayName, Email, Handle, ToLog as _, encode};
use uuid::Uuid;

use crate::access_log::{AccessLog, Act, Entry};
use crate::clock::Clock;
use crate::credentials::{CODE_LIFETIME, Credentials, IssueError, Issued, NewCode, Principal};
use crate::data::{DataDir, DataError, LAYOUT_VERSION, Manifest};
use crate::directory::{Directory, DirectoryError};
use crate::key::{self, KeyFileError};
use crate::organisations::{self, Settled};
use crate::secret::{LoginCode, NoRandomness, random, random_id};
use crate::sequencer::{Answer, Author, Offer, Sequencer};
use crate::server::origin;
use crate::stored_log::StoredLog;

/// The administrator of a new server.
#[derive(Clone, Debug)]
pub struct Administrator {
    /// The short name.
    pub handle: Handle,
    /// The name to show.
    pub name: DisplayName,
    /// The e-mail address.
    pub email: Email,
}

/// Where an organisation comes from.
#[derive(Clone, Debug)]
pub enum Organisation {
    /// It begins here.
    New {
        /// Its name.
        name: Name,
        /// The zone in which its days begin and end.
        time_zone: TimeZoneName,
    },
    /// It exists in somebody's replica, whose first push brings it.
    Adopted(Principal),
}

/// What `init` has made.
#[derive(Clone, Debug)]
pub struct Initialised {
    /// The organisation and its administrator.
    pub principal: Principal,
    /// The administrator's first login code.
    pub code: Issued<LoginCode>,
    /// The key that verifies the server's checkpoints.
    pub verifier_key: String,
    /// The first line of the organisation's checkpoints.
    pub origin: Origin,
}

/// Why nothing, or not all, was made.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// The directory cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The key cannot be made.
    #[error("the server's key cannot be made")]
    Key(#[from] KeyFileError),
    /// The name of the server gives no origin.
    #[error("the server's name cannot be used")]
    Name(#[from] okr_log::CheckpointError),
    /// The log cannot be made.
    #[error("the log cannot be made")]
    Log(#[from] CreateError),
    /// The log cannot be opened.
    #[error("the log cannot be opened")]
    Open(#[from] OpenError),
    /// The organisation is here already.
    #[error("organisation {0} is on this server already")]
    Present(OrgId),
    /// Another organisation has the name.
    #[error("another organisation on this server is called {0}")]
    NameTaken(Name),
    /// The administrator cannot be entered.
    #[error("the administrator cannot be entered in the directory")]
    Directory(#[from] DirectoryError),
    /// No code can be issued.
    #[error("no login code can be issued")]
    Issue(#[from] IssueError),
    /// There are no random bytes.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// The first change was not appended.
    #[error("the first change cannot be appended: {0}")]
    FirstChange(String),
}

/// The change that founds an organisation, by whom and when.
type First = (Principal, Change, Timestamp);

/// A data directory that is being made, or to which an organisation is added.
pub struct NewServer {
    data: DataDir,
    manifest: Manifest,
    key: SigningKey,
    credentials: Credentials,
    directory: Directory,
    log: Log,
    appender: Appender,
    clock: Clock,
}

impl NewServer {
    /// Takes a new or empty directory and lays out everything but organisations.
    ///
    /// # Errors
    ///
    /// See [`InitError`]; what was laid out stays, and a later `init` explains it.
    pub fn create(path: &Path, name: &KeyName, clock: Clock) -> Result<Self, InitError> {
        let data = DataDir::create(path)?;
        let key = key::create(&data.key_file(), name.clone())?;
        let credentials = Credentials::create(data.credentials_file())?;
        let directory = Directory::create(data.directory_file())?;
        organisations::create_if_missing(data.path())?;
        let log = Log::create(&data.log_directory(), LogOptions::new())?;
        let appender = log
            .appender()
            .expect("a log that was just made has its appender");
        let manifest = Manifest {
            version: LAYOUT_VERSION,
            server_name: name.to_string(),
            orgs: Vec::new(),
            verifier_key: Some(key.verifying_key().to_string()),
        };
        Ok(Self {
            data,
            manifest,
            key,
            credentials,
            directory,
            log,
            appender,
            clock,
        })
    }

    /// Adds organisations with their administrators, and completes the directory.
    ///
    /// # Errors
    ///
    /// See [`InitError`]; the directory then stays incomplete.
    pub fn finish(
        mut self,
        organisations: Vec<(Organisation, Administrator)>,
    ) -> Result<Vec<Initialised>, InitError> {
        let mut made = Vec::with_capacity(organisations.len());
        for (organisation, administrator) in organisations {
            made.push(self.add(organisation, administrator)?);
        }
        // Last of all: its presence says that everything else is there.
        self.data.write_manifest(&self.manifest)?;
        Ok(made)
    }

    /// Opens the directory of a stopped server, to add an organisation.
    ///
    /// # Errors
    ///
    /// See [`InitError`]; nothing was changed.
    pub fn reopen(path: &Path, clock: Clock) -> Result<Self, InitError> {
        let (data, manifest) = DataDir::open(path)?;
        let key = key::of(&data, &manifest)?;
        let credentials = Credentials::open(data.credentials_file())?;
        let directory = Directory::open(data.directory_file())?;
        let log = Log::open(&data.log_directory(), LogOptions::new())?;
        let appender = log
            .appender()
            .expect("a log that was just opened has its appender");
        Ok(Self {
            data,
            manifest,
            key,
            credentials,
            directory,
            log,
            appender,
            clock,
        })
    }

    /// Adds an organisation with its administrator to those that are there.
    ///
    /// # Errors
    ///
    /// See [`InitError`]; an organisation that has no first change yet may be left, for `okrd org delete`.
    pub fn add_beside(
        mut self,
        organisation: Organisation,
        administrator: Administrator,
    ) -> Result<Initialised, InitError> {
        if let Organisation::Adopted(principal) = &organisation
            && self.manifest.orgs.contains(&principal.org.to_string())
        {
            return Err(InitError::Present(principal.org));
        }
        let (initialised, first) = self.enter(organisation, administrator)?;
        // Before its first change: a server refuses to start on a log that is not listed.
        self.data.write_manifest(&self.manifest)?;
        self.found(first)?;
        Ok(initialised)
    }

    fn add(
        &mut self,
        organisation: Organisation,
        administrator: Administrator,
    ) -> Result<Initialised, InitError> {
        let (initialised, first) = self.enter(organisation, administrator)?;
        self.found(first)?;
        Ok(initialised)
    }

    /// Enters an organisation everywhere but in the log; returns the change that founds it there.
    fn enter(
        &mut self,
        organisation: Organisation,
        administrator: Administrator,
    ) -> Result<(Initialised, Option<First>), InitError> {
        let now = self.clock.now();
        let (principal, first) = match organisation {
            Organisation::Adopted(principal) => (principal, None),
            Organisation::New { name, time_zone } => {
                let principal = Principal {
                    org: OrgId::new(Uuid::now_v7()),
                    person: PersonId::new(Uuid::now_v7()),
                };
                self.label(principal.org, &name)?;
                let change = first_change(principal, name, time_zone, now);
                (principal, Some((principal, change, now)))
            }
        };
        let Administrator {
            handle,
            name,
            email,
        } = administrator;
        let entry = DirectoryEntry {
            person: principal.person,
            handle,
            name,
            email,
        };
        self.directory.update(principal.org, &[entry])?;
        self.manifest.orgs.push(principal.org.to_string());
        let wanted = NewCode {
            principal,
            issued_by: None,
            lifetime: CODE_LIFETIME,
        };
        let (code, id) = self.credentials.issue_code(wanted, now)?;
        let access = AccessLog::open(self.data.access_log_file())?;
        for entry in [
            Entry::done(Act::Operate, now).saying("org create"),
            Entry::done(Act::IssueCode, now).subject(id),
        ] {
            access.record(&entry.of(principal.org).about(principal.person));
        }
        let initialised = Initialised {
            principal,
            code,
            verifier_key: self.key.verifying_key().to_string(),
            origin: origin(&self.manifest, principal.org)?,
        };
        Ok((initialised, first))
    }

    /// Lets the operator call an organisation by its first name.
    fn label(&self, org: OrgId, name: &Name) -> Result<(), InitError> {
        organisations::edit(self.data.path(), &self.manifest, |file| {
            if file.labelled(name.as_str()).is_some() {
                return Err(InitError::NameTaken(name.clone()));
            }
            let settled = Settled {
                label: Some(name.to_string()),
                ..Settled::default()
            };
            file.set(org, settled);
            Ok(())
        })
    }

    fn found(&mut self, first: Option<First>) -> Result<(), InitError> {
        match first {
            Some((founder, change, now)) => self.append(founder, change, now),
            None => Ok(()),
        }
    }

    /// Appends the change that founds an organisation, by the same rules as any other.
    fn append(
        &mut self,
        founder: Principal,
        change: Change,
        now: Timestamp,
    ) -> Result<(), InitError> {
        let mut salts = Vec::new();
        // The texts of the first change are few: its name, that of the time zone is none.
        for _ in 0..4 {
            salts.push(random()?);
        }
        let encoded = encode(&change, || salts.pop().unwrap_or_default());
        let (body, texts) = encoded.into_record_parts();
        let history = StoredLog::default();
        history.attach(&self.log);
        let mut sequencer = Sequencer::new(&history, [founder.org]);
        let author = Author {
            principal: founder,
            token: random_id()?,
            scope: Scope::FULL,
        };
        let offer = Offer {
            change,
            body,
            texts,
        };
        let unexpected = |what: &dyn std::fmt::Debug| InitError::FirstChange(format!("{what:?}"));
        let record = match sequencer.offer(author, offer, now) {
            Ok(Answer::Append(record)) => record,
            Ok(other) => return Err(unexpected(&other)),
            Err(error) => return Err(unexpected(&error)),
        };
        let batch = Batch {
            organisation: founder.org.to_log(),
            expected_head: okr_log::Position::ZERO,
            records: vec![record],
        };
        match self.appender.append(&[batch]).as_slice() {
            [AppendOutcome::Appended { .. }] => Ok(()),
            other => Err(unexpected(&other)),
        }
    }
}

fn first_change(founder: Principal, name: Name, time_zone: TimeZoneName, now: Timestamp) -> Change {
    let new = NewOrg {
        name,
        time_zone,
        week_start: WeekStart::Monday,
        edit_policy: EditPolicy::Everyone,
        reason_after_commitment: true,
        cadence: CadenceDays::WEEKLY,
    };
    Change {
        id: ChangeId::new(Uuid::now_v7()),
        authored_at: now,
        on_behalf_of: None,
        source: Source::Human,
        reason: None,
        amendment: None,
        events: vec![
            Event::Org(founder.org, OrgEvent::Created(new)),
            Event::Person(founder.person, PersonEvent::Added(Role::Admin)),
        ],
    }
}
