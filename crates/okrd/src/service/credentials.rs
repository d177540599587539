//! The service `okr.v1.Credentials`: tokens and login codes, made, listed and ended.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use okr_core::authorize::{Action, Scope};
use okr_core::id::{OrgId, PersonId};
use okr_proto::v1::credentials_server::Credentials;
use okr_proto::{ApiError, v1};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::{CallError, Shared, answer, blocking, invalid};
use crate::access_log::Act;
use crate::auth::Caller;
use crate::credentials::{
    Credential, LONGEST_TOKEN_LIFETIME, NewToken, OpenCode, Principal, TOKEN_LIFETIME,
};

/// The shortest time for which a code or a token can be made.
const SHORTEST_LIFETIME: SignedDuration = SignedDuration::from_mins(1);

/// What people log in with.
pub(crate) struct CredentialsService(pub(crate) Arc<Shared>);

#[tonic::async_trait]
impl Credentials for CredentialsService {
    async fn create_token(
        &self,
        request: Request<v1::CreateTokenRequest>,
    ) -> Result<Response<v1::CreateTokenResponse>, Status> {
        let method = "Credentials/CreateToken";
        answer(&self.0, method, request, async |caller, message| {
            self.create(&caller, message).await
        })
        .await
    }

    async fn list_tokens(
        &self,
        request: Request<v1::ListTokensRequest>,
    ) -> Result<Response<v1::ListTokensResponse>, Status> {
        let method = "Credentials/ListTokens";
        answer(&self.0, method, request, async |caller, message| {
            Ok(self.tokens(&caller, &message)?)
        })
        .await
    }

    async fn revoke_token(
        &self,
        request: Request<v1::RevokeTokenRequest>,
    ) -> Result<Response<v1::RevokeTokenResponse>, Status> {
        let method = "Credentials/RevokeToken";
        answer(&self.0, method, request, async |caller, message| {
            self.end_token(&caller, &message.id).await
        })
        .await
    }

    async fn list_login_codes(
        &self,
        request: Request<v1::ListLoginCodesRequest>,
    ) -> Result<Response<v1::ListLoginCodesResponse>, Status> {
        let method = "Credentials/ListLoginCodes";
        answer(&self.0, method, request, async |caller, message| {
            Ok(self.codes(&caller, &message)?)
        })
        .await
    }

    async fn revoke_login_code(
        &self,
        request: Request<v1::RevokeLoginCodeRequest>,
    ) -> Result<Response<v1::RevokeLoginCodeResponse>, Status> {
        let method = "Credentials/RevokeLoginCode";
        answer(&self.0, method, request, async |caller, message| {
            self.end_code(&caller, &message.id).await
        })
        .await
    }
}

impl CredentialsService {
    async fn create(
        &self,
        caller: &Caller,
        message: v1::CreateTokenRequest,
    ) -> Result<v1::CreateTokenResponse, CallError> {
        let shared = &self.0;
        let person = shared.let_in(caller, &message.person, Act::CreateToken)?;
        let scope = match message.scope {
            None => Scope::FULL,
            Some(scope) => Scope::try_from(scope).map_err(|error| {
                let field = format!("scope.{}", error.path);
                invalid(&field, &error.problem.to_string())
            })?,
        };
        let by = caller.principal;
        let new = NewToken {
            principal: Principal { person, ..by },
            issued_by: by.person,
            name: message.name,
            scope,
            lifetime: lifetime(message.lifetime_s, TOKEN_LIFETIME, LONGEST_TOKEN_LIFETIME)?,
        };
        let (made, caller) = (Arc::clone(shared), caller.clone());
        let (issued, credential) = blocking(move || {
            let now = made.clock.now();
            let issued = made.credentials.issue_token(new, now)?;
            let entry = caller.entry(Act::CreateToken, now).about(person);
            made.access
                .record(&entry.subject(issued.1.token).saying(scope_words(scope)));
            Ok::<_, CallError>(issued)
        })
        .await?;
        Ok(v1::CreateTokenResponse {
            token: issued.secret.reveal(),
            about: Some(self.describe(&credential, None)),
        })
    }

    fn tokens(
        &self,
        caller: &Caller,
        message: &v1::ListTokensRequest,
    ) -> Result<v1::ListTokensResponse, ApiError> {
        let whose = self.whose(caller, (&message.person, message.everybody))?;
        let found = self.0.credentials.tokens(caller.principal.org).into_iter();
        let found = found.filter(|credential| whose.includes(credential.principal.person));
        let current = Some(caller.token);
        Ok(v1::ListTokensResponse {
            tokens: found
                .map(|credential| self.describe(&credential, current))
                .collect(),
        })
    }

    async fn end_token(
        &self,
        caller: &Caller,
        id: &[u8],
    ) -> Result<v1::RevokeTokenResponse, CallError> {
        let id = read_id(id)?;
        let org = caller.principal.org;
        let tokens = self.0.credentials.tokens(org);
        let found = tokens.iter().find(|credential| credential.token == id);
        let holder = found.map(|credential| credential.principal.person);
        self.may_end(caller, holder, Act::RevokeToken)?;
        self.end(
            caller,
            (Act::RevokeToken, id, holder),
            move |shared, org| shared.credentials.revoke_token(org, id),
        )
        .await?;
        Ok(v1::RevokeTokenResponse {})
    }

    fn codes(
        &self,
        caller: &Caller,
        message: &v1::ListLoginCodesRequest,
    ) -> Result<v1::ListLoginCodesResponse, ApiError> {
        let whose = self.whose(caller, (&message.person, message.everybody))?;
        let now = self.0.clock.now();
        let found = self.0.credentials.open_codes(caller.principal.org, now);
        let found = found
            .iter()
            .filter(|code| whose.includes(code.principal.person));
        Ok(v1::ListLoginCodesResponse {
            codes: found.map(describe_code).collect(),
        })
    }

    async fn end_code(
        &self,
        caller: &Caller,
        id: &[u8],
    ) -> Result<v1::RevokeLoginCodeResponse, CallError> {
        let id = read_id(id)?;
        let now = self.0.clock.now();
        let codes = self.0.credentials.open_codes(caller.principal.org, now);
        let found = codes.iter().find(|code| code.id == id);
        let holder = found.map(|code| code.principal.person);
        self.may_end(caller, holder, Act::RevokeCode)?;
        self.end(caller, (Act::RevokeCode, id, holder), move |shared, org| {
            shared.credentials.revoke_code(org, id)
        })
        .await?;
        Ok(v1::RevokeLoginCodeResponse {})
    }

    /// Refuses to end what is somebody else's. To whom what is not there would belong nobody can say.
    fn may_end(
        &self,
        caller: &Caller,
        holder: Option<PersonId>,
        act: Act,
    ) -> Result<(), CallError> {
        let own = holder.is_none_or(|holder| holder == caller.principal.person);
        let action = if own {
            Action::OwnAccess
        } else {
            Action::ManageAccess
        };
        let allowed = self
            .0
            .permit(caller, (action, act), "end what is somebody else's");
        match (allowed, holder) {
            // Whoever may not see it is told the same as if there were none.
            (Err(_), Some(_)) if caller.scope.is_full() => Err(unknown().into()),
            (Err(error), _) => Err(error.into()),
            (Ok(()), None) => Err(unknown().into()),
            (Ok(()), Some(_)) => Ok(()),
        }
    }

    async fn end(
        &self,
        caller: &Caller,
        (act, id, holder): (Act, Uuid, Option<PersonId>),
        revoke: impl FnOnce(&Shared, OrgId) -> Result<bool, crate::data::DataError> + Send + 'static,
    ) -> Result<(), CallError> {
        let (shared, caller) = (Arc::clone(&self.0), caller.clone());
        blocking(move || {
            if !revoke(&shared, caller.principal.org).map_err(CallError::failed)? {
                return Err(CallError::from(unknown()));
            }
            let entry = caller.entry(act, shared.clock.now()).subject(id);
            let entry = match holder {
                Some(holder) => entry.about(holder),
                None => entry,
            };
            shared.access.record(&entry);
            Ok(())
        })
        .await
    }

    /// Finds out whose credentials are wanted, and refuses others than one's own to all but administrators.
    fn whose(
        &self,
        caller: &Caller,
        (person, everybody): (&[u8], bool),
    ) -> Result<Whose, ApiError> {
        let me = caller.principal.person;
        let whose = match person {
            _ if everybody => Whose::Everybody,
            [] => Whose::Of(me),
            bytes => Whose::Of(PersonId::new(read_id(bytes)?)),
        };
        let (action, what) = if whose == Whose::Of(me) {
            (Action::OwnAccess, "see your tokens and codes")
        } else {
            (Action::ManageAccess, "see the tokens and codes of others")
        };
        self.0.permit(caller, (action, Act::Call), what)?;
        Ok(whose)
    }

    fn describe(&self, credential: &Credential, current: Option<Uuid>) -> v1::Token {
        let last_used = self.0.last_used.get(credential.token);
        v1::Token {
            id: id_bytes(credential.token),
            person: id_bytes(credential.principal.person.uuid()),
            name: credential.device.clone(),
            scope: Some(credential.scope.into()),
            issued_at_us: credential.issued_at.as_microsecond(),
            expires_at_us: credential.expires_at.as_microsecond(),
            last_used_at_us: last_used.map_or(0, Timestamp::as_microsecond),
            current: current == Some(credential.token),
            issued_by: optional_id(credential.issued_by),
        }
    }
}

/// Whose credentials are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Everybody,
    Of(PersonId),
}

impl Whose {
    fn includes(self, person: PersonId) -> bool {
        match self {
            Self::Everybody => true,
            Self::Of(wanted) => wanted == person,
        }
    }
}

/// Reads for how long a code or token shall work; 0 is the usual time.
pub(super) fn lifetime(
    seconds: u64,
    usual: SignedDuration,
    longest: SignedDuration,
) -> Result<SignedDuration, ApiError> {
    if seconds == 0 {
        return Ok(usual);
    }
    let wanted = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
    if (SHORTEST_LIFETIME..=longest).contains(&wanted) {
        return Ok(wanted);
    }
    let days = longest.as_hours() / 24;
    Err(invalid(
        "lifetime_s",
        &format!("it is at least a minute and at most {days} days"),
    ))
}

fn describe_code(code: &OpenCode) -> v1::LoginCode {
    v1::LoginCode {
        id: id_bytes(code.id),
        person: id_bytes(code.principal.person.uuid()),
        issued_by: optional_id(code.issued_by),
        issued_at_us: code.issued_at.as_microsecond(),
        expires_at_us: code.expires_at.as_microsecond(),
    }
}

/// Says what a token allows, for the access log.
fn scope_words(scope: Scope) -> String {
    match scope.team {
        None => scope.access.word().to_owned(),
        Some(team) => format!("{} team {}", scope.access.word(), team.uuid()),
    }
}

fn id_bytes(id: Uuid) -> bytes::Bytes {
    bytes::Bytes::copy_from_slice(id.as_bytes())
}

fn optional_id(person: Option<PersonId>) -> bytes::Bytes {
    person.map_or_else(bytes::Bytes::new, |person| id_bytes(person.uuid()))
}

fn read_id(bytes: &[u8]) -> Result<Uuid, ApiError> {
    Uuid::from_slice(bytes).map_err(|_| invalid("id", "an id has 16 bytes"))
}

fn unknown() -> ApiError {
    invalid("id", "there is none with this id")
}
