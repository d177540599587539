//! The service `okr.v1.Identity`: login, who am I, login codes, the directory of people.

use std::sync::Arc;

use okr_core::authorize::{Action, Refusal};
use okr_core::id::PersonId;
use okr_proto::v1::identity_server::Identity;
use okr_proto::{ApiError, DirectoryEntry, role_number, v1};
use tonic::{Request, Response, Status};

use super::credentials::lifetime;
use super::{Call, CallError, NOBODY, Shared, answer, blocking, in_time, invalid, read_person};
use crate::access_log::{Act, Entry, Source};
use crate::auth::{Caller, check_protocol};
use crate::credentials::{
    CODE_LIFETIME, IssueError, LONGEST_CODE_LIFETIME, LoginError, NewCode, Principal,
};
use crate::data::DataError;
use crate::directory::DirectoryError;
use crate::limits;
use crate::peer::Peer;
use crate::push::too_large;

/// Login and people.
pub(crate) struct IdentityService(pub(crate) Arc<Shared>);

#[tonic::async_trait]
impl Identity for IdentityService {
    async fn login(
        &self,
        request: Request<v1::LoginRequest>,
    ) -> Result<Response<v1::LoginResponse>, Status> {
        let call = Call::start("Identity/Login", &request);
        let (metadata, _, message) = request.into_parts();
        let answer = match check_protocol(&metadata) {
            Ok(()) => in_time(&self.0, self.exchange(message, call.source())).await,
            Err(error) => Err(error.into()),
        };
        call.finish(answer)
    }

    async fn who_am_i(
        &self,
        request: Request<v1::WhoAmIRequest>,
    ) -> Result<Response<v1::WhoAmIResponse>, Status> {
        let shared = &self.0;
        answer(shared, "Identity/WhoAmI", request, async |caller, _| {
            Ok(identity(shared, &caller))
        })
        .await
    }

    async fn issue_login_code(
        &self,
        request: Request<v1::IssueLoginCodeRequest>,
    ) -> Result<Response<v1::IssueLoginCodeResponse>, Status> {
        let method = "Identity/IssueLoginCode";
        answer(&self.0, method, request, async |caller, message| {
            self.issue(&caller, &message).await
        })
        .await
    }

    async fn update_directory(
        &self,
        request: Request<v1::UpdateDirectoryRequest>,
    ) -> Result<Response<v1::UpdateDirectoryResponse>, Status> {
        let method = "Identity/UpdateDirectory";
        answer(&self.0, method, request, async |caller, message| {
            self.update(&caller, message).await
        })
        .await
    }

    async fn erase_person(
        &self,
        request: Request<v1::ErasePersonRequest>,
    ) -> Result<Response<v1::ErasePersonResponse>, Status> {
        let method = "Identity/ErasePerson";
        answer(&self.0, method, request, async |caller, message| {
            self.erase(&caller, &message).await
        })
        .await
    }
}

impl IdentityService {
    async fn exchange(
        &self,
        message: v1::LoginRequest,
        source: Source,
    ) -> Result<v1::LoginResponse, CallError> {
        let address = source.peer.map(Peer::ip);
        self.0.guard.admit_address(address)?;
        let shared = Arc::clone(&self.0);
        blocking(move || shared.log_in(&message, source)).await
    }

    async fn issue(
        &self,
        caller: &Caller,
        message: &v1::IssueLoginCodeRequest,
    ) -> Result<v1::IssueLoginCodeResponse, CallError> {
        let person = self.0.let_in(caller, &message.person, Act::IssueCode)?;
        let by = caller.principal;
        let new = NewCode {
            principal: Principal { person, ..by },
            issued_by: Some(by.person),
            lifetime: lifetime(message.lifetime_s, CODE_LIFETIME, LONGEST_CODE_LIFETIME)?,
        };
        let (shared, caller) = (Arc::clone(&self.0), caller.clone());
        let issued = blocking(move || {
            let now = shared.clock.now();
            let (issued, id) = shared.credentials.issue_code(new, now)?;
            let entry = caller.entry(Act::IssueCode, now).about(person);
            shared.access.record(&entry.subject(id));
            Ok::<_, CallError>(issued)
        })
        .await?;
        Ok(v1::IssueLoginCodeResponse {
            code: issued.secret.reveal(),
            expires_at_us: issued.expires_at.as_microsecond(),
        })
    }

    async fn update(
        &self,
        caller: &Caller,
        message: v1::UpdateDirectoryRequest,
    ) -> Result<v1::UpdateDirectoryResponse, CallError> {
        let actual = message.entries.len();
        if actual > limits::ENTRIES_PER_UPDATE {
            return Err(too_large("entries", limits::ENTRIES_PER_UPDATE, actual).into());
        }
        let mut entries = Vec::with_capacity(actual);
        for (index, entry) in message.entries.into_iter().enumerate() {
            let entry = DirectoryEntry::try_from(entry).map_err(|error| {
                let field = format!("entries[{index}].{}", error.path);
                invalid(&field, &error.problem.to_string())
            })?;
            entries.push(entry);
        }
        if self.0.organisations.get(caller.principal.org).frozen {
            return Err(ApiError::Frozen.into());
        }
        let me = caller.principal.person;
        let (action, what) = if entries.iter().all(|entry| entry.person == me) {
            (Action::OwnAccess, "change an entry in the directory")
        } else {
            (
                Action::ManageAccess,
                "change somebody else's entry in the directory",
            )
        };
        self.0
            .permit(caller, (action, Act::UpdateDirectory), what)?;
        let (shared, caller) = (Arc::clone(&self.0), caller.clone());
        let version = blocking(move || {
            let org = caller.principal.org;
            let before = shared.directory.people(org).version;
            let version = shared.directory.update(org, &entries)?;
            // Clients send what they have; what was there already is no act.
            if version != before {
                let mut entry = caller.entry(Act::UpdateDirectory, shared.clock.now());
                if let [changed] = entries.as_slice() {
                    entry = entry.about(changed.person);
                }
                let words = format!("{} entries", entries.len());
                shared.access.record(&entry.saying(words));
            }
            Ok::<_, DirectoryError>(version)
        })
        .await?;
        Ok(v1::UpdateDirectoryResponse { version })
    }

    async fn erase(
        &self,
        caller: &Caller,
        message: &v1::ErasePersonRequest,
    ) -> Result<v1::ErasePersonResponse, CallError> {
        let person = read_person("person", &message.person)?;
        let org = caller.principal.org;
        let what = "erase who somebody was";
        self.0
            .permit(caller, (Action::ManageAccess, Act::ErasePerson), what)?;
        if self.0.organisations.get(org).frozen {
            return Err(ApiError::Frozen.into());
        }
        // Nobody lets themselves go, so the last administrator is never erased.
        self.0.erasable(caller, person)?;
        let (shared, caller) = (Arc::clone(&self.0), caller.clone());
        let version = blocking(move || {
            // A crash in between leaves somebody who cannot log in and can be erased again.
            let others = |holder| holder != Principal { org, person };
            shared.credentials.retain(others)?;
            let version = shared.directory.erase(org, person)?;
            let entry = caller.entry(Act::ErasePerson, shared.clock.now());
            shared.access.record(&entry.about(person));
            Ok::<_, DataError>(version)
        })
        .await?;
        Ok(v1::ErasePersonResponse { version })
    }
}

impl Shared {
    /// Refuses to erase who belongs to the organisation, and who is nobody here.
    fn erasable(&self, caller: &Caller, person: PersonId) -> Result<(), ApiError> {
        let org = caller.principal.org;
        let standing = self.standing.get(Principal { org, person });
        // Nobody lets themselves go, so the last administrator is never erased.
        let belongs = match standing {
            Some(standing) => standing.active,
            None => person == caller.principal.person,
        };
        if belongs {
            let problem = "this person is in the organisation; let them go first";
            return Err(invalid("person", problem));
        }
        let known = standing.is_some()
            || self.directory.entry(org, person).is_some()
            || self.directory.is_erased(org, person);
        if known {
            Ok(())
        } else {
            Err(invalid("person", NOBODY))
        }
    }

    /// Exchanges a code for a token. Blocks on the disk.
    fn log_in(
        &self,
        message: &v1::LoginRequest,
        source: Source,
    ) -> Result<v1::LoginResponse, CallError> {
        let now = self.clock.now();
        let address = source.peer.map(Peer::ip);
        self.guard.admit_login(address, now)?;
        let redeemed = self.credentials.redeem(&message.code, &message.device, now);
        let (issued, credential) = redeemed.map_err(|error| {
            if matches!(
                error,
                LoginError::UnknownCode | LoginError::ExpiredCode { .. }
            ) {
                self.guard.login_failed(address, now);
                let entry = Entry::refused(Act::Login, now, error.to_string());
                self.access.record(&entry.called_from(&source));
            }
            CallError::from(error)
        })?;
        let (principal, token) = (credential.principal, credential.token);
        // Their codes are ended when they leave, but not in the same instant.
        if self.standing.has_left(principal) {
            let revoked = self.credentials.revoke_token(principal.org, token);
            revoked.map_err(CallError::failed)?;
            let refusal = Refusal::InactiveAuthor.code();
            let entry = Entry::refused(Act::Login, now, refusal).by(principal, token);
            self.access.record(&entry.called_from(&source));
            return Err(ApiError::CodeRefused.into());
        }
        let caller = Caller {
            principal,
            token,
            device: credential.device,
            scope: credential.scope,
            expires_at: credential.expires_at,
            source,
            person: self.standing.get(principal),
            founding: false,
        };
        self.access.record(&caller.entry(Act::Login, now));
        Ok(v1::LoginResponse {
            token: issued.secret.reveal(),
            identity: Some(identity(self, &caller)),
        })
    }
}

fn identity(shared: &Shared, caller: &Caller) -> v1::WhoAmIResponse {
    let Principal { org, person } = caller.principal;
    let entry = shared.directory.entry(org, person);
    let origin = shared.heads.origin(org);
    v1::WhoAmIResponse {
        org: org.to_bytes().to_vec().into(),
        person: person.to_bytes().to_vec().into(),
        token_id: caller.token.into_bytes().to_vec().into(),
        device: caller.device.clone(),
        role: role_number(caller.person.map(|person| person.role)),
        entry: entry.map(v1::DirectoryEntry::from),
        origin: origin.map(ToString::to_string).unwrap_or_default(),
        verifier_key: shared.heads.verifier_key(),
        server_version: env!("CARGO_PKG_VERSION").to_owned(),
        expires_at_us: caller.expires_at.as_microsecond(),
        scope: Some(caller.scope.into()),
    }
}

impl From<LoginError> for CallError {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::UnknownCode | LoginError::ExpiredCode { .. } => {
                ApiError::CodeRefused.into()
            }
            LoginError::Device => invalid("device", &error.to_string()).into(),
            LoginError::Random(_) | LoginError::Data(_) => Self::failed(error),
        }
    }
}

impl From<IssueError> for CallError {
    fn from(error: IssueError) -> Self {
        match error {
            IssueError::Name => invalid("name", &error.to_string()).into(),
            IssueError::Random(_) | IssueError::Data(_) => Self::failed(error),
        }
    }
}

impl From<DataError> for CallError {
    fn from(error: DataError) -> Self {
        Self::failed(error)
    }
}

impl From<DirectoryError> for CallError {
    fn from(error: DirectoryError) -> Self {
        match error {
            DirectoryError::Taken { .. } | DirectoryError::Erased { .. } | DirectoryError::Full => {
                invalid("entries", &error.to_string()).into()
            }
            DirectoryError::Data(_) => Self::failed(error),
        }
    }
}
