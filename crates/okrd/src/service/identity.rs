//! The service `okr.v1.Identity`: login, who am I, login codes, the directory of people.

use std::sync::Arc;

use okr_core::id::PersonId;
use okr_proto::v1::identity_server::Identity;
use okr_proto::{ApiError, DirectoryEntry, role_number, v1};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::{Call, CallError, Shared, answer, blocking, in_time};
use crate::auth::{Caller, check_protocol};
use crate::credentials::{IssueError, LoginError, Principal};
use crate::directory::DirectoryError;
use crate::limits;
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
            Ok(()) => in_time(self.exchange(message)).await,
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
}

impl IdentityService {
    async fn exchange(&self, message: v1::LoginRequest) -> Result<v1::LoginResponse, CallError> {
        let shared = Arc::clone(&self.0);
        blocking(move || -> Result<_, CallError> {
            let now = shared.clock.now();
            shared.limiter.check(now)?;
            let redeemed = shared
                .credentials
                .redeem(&message.code, &message.device, now);
            let (issued, credential) = redeemed.map_err(|error| {
                if matches!(
                    error,
                    LoginError::UnknownCode | LoginError::ExpiredCode { .. }
                ) {
                    shared.limiter.failed(now);
                    tracing::warn!(target: "audit", %error, "login refused");
                }
                CallError::from(error)
            })?;
            let Principal { org, person } = credential.principal;
            let token = credential.token;
            tracing::info!(target: "audit", %org, %person, %token, "login");
            let standing = shared.standing.get(credential.principal);
            let caller = Caller {
                principal: credential.principal,
                token,
                device: credential.device,
                expires_at: credential.expires_at,
                role: standing.map(|person| person.role),
                founding: false,
            };
            Ok(v1::LoginResponse {
                token: issued.secret.reveal(),
                identity: Some(identity(&shared, &caller)),
            })
        })
        .await
    }

    async fn issue(
        &self,
        caller: &Caller,
        message: &v1::IssueLoginCodeRequest,
    ) -> Result<v1::IssueLoginCodeResponse, CallError> {
        let by = caller.principal;
        let person = if message.person.is_empty() {
            by.person
        } else {
            read_person("person", &message.person)?
        };
        let principal = Principal { person, ..by };
        if person != by.person {
            if !caller.is_admin() {
                return Err(denied("issue a login code for somebody else").into());
            }
            let entry = self.0.directory.entry(by.org, person);
            if entry.is_none() && self.0.standing.get(principal).is_none() {
                let problem = "this person is neither in the log nor in the directory";
                return Err(invalid("person", problem).into());
            }
        }
        let shared = Arc::clone(&self.0);
        let issued = blocking(move || {
            let now = shared.clock.now();
            shared.credentials.issue_code(principal, now)
        });
        let issued = issued.await?;
        let Principal { org, person: by } = by;
        tracing::info!(target: "audit", %org, %person, %by, "login code issued");
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
            if entry.person != caller.principal.person && !caller.is_admin() {
                return Err(denied("change somebody else's entry in the directory").into());
            }
            entries.push(entry);
        }
        let (shared, principal) = (Arc::clone(&self.0), caller.principal);
        let version = blocking(move || shared.directory.update(principal.org, &entries)).await?;
        let Principal { org, person } = principal;
        tracing::info!(target: "audit", %org, %person, version, "directory updated");
        Ok(v1::UpdateDirectoryResponse { version })
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
        role: role_number(caller.role),
        entry: entry.map(v1::DirectoryEntry::from),
        origin: origin.map(ToString::to_string).unwrap_or_default(),
        verifier_key: shared.heads.verifier_key(),
        server_version: env!("CARGO_PKG_VERSION").to_owned(),
        expires_at_us: caller.expires_at.as_microsecond(),
    }
}

fn read_person(field: &str, bytes: &[u8]) -> Result<PersonId, ApiError> {
    let id = Uuid::from_slice(bytes);
    id.map(PersonId::new)
        .map_err(|_| invalid(field, "an id has 16 bytes"))
}

fn invalid(field: &str, problem: &str) -> ApiError {
    ApiError::InvalidRequest {
        field: field.to_owned(),
        problem: problem.to_owned(),
    }
}

fn denied(what: &str) -> ApiError {
    tracing::warn!(target: "audit", what, "not permitted");
    ApiError::PermissionDenied {
        what: what.to_owned(),
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
        Self::failed(error)
    }
}

impl From<DirectoryError> for CallError {
    fn from(error: DirectoryError) -> Self {
        match error {
            DirectoryError::Taken { .. } | DirectoryError::Full => {
                invalid("entries", &error.to_string()).into()
            }
            DirectoryError::Data(_) => Self::failed(error),
        }
    }
}
