//! Certificates for development and for networks of one's own: an authority that is made for one server, used once, and
//! whose key is not kept, so that nobody can sign with it later.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::{Span, Timestamp, tz::TimeZone};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};

use crate::data::{DataError, io_error};

/// The certificate of the authority, for clients to trust.
pub(crate) const AUTHORITY: &str = "ca.pem";
/// The server's certificate.
pub(crate) const CERTIFICATE: &str = "cert.pem";
/// Its key.
pub(crate) const KEY: &str = "key.pem";
/// A client's certificate.
pub(crate) const CLIENT_CERTIFICATE: &str = "client.pem";
/// Its key.
pub(crate) const CLIENT_KEY: &str = "client-key.pem";

/// What is to be made.
#[derive(Clone, Debug)]
pub(crate) struct Request<'a> {
    /// The folder, which is made if it is not there.
    pub(crate) folder: &'a Path,
    /// The names and addresses of the server.
    pub(crate) names: &'a [String],
    /// The name of a client that gets a certificate as well.
    pub(crate) client: Option<&'a str>,
    /// How long they are valid.
    pub(crate) days: u32,
}

/// Why nothing was made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CertificateError {
    /// A file is there already.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// A name cannot stand in a certificate.
    #[error("{0:?} cannot stand in a certificate")]
    Name(String),
    /// The certificates cannot be made.
    #[error("the certificates cannot be made")]
    Make(#[from] rcgen::Error),
    /// A file cannot be written.
    #[error(transparent)]
    File(#[from] DataError),
}

/// Makes the certificates and returns the first day on which they are not valid any more. Nothing is overwritten.
///
/// # Errors
///
/// Everything that keeps a file from being made; those that were made before are taken away again.
pub(crate) fn make(request: &Request<'_>, now: Timestamp) -> Result<Date, CertificateError> {
    let today = now.to_zoned_datetime(TimeZone::UTC).date();
    let end = today.saturating_add(Span::new().days(i64::from(request.days) + 1));
    let files = sign(request, today, end)?;
    let paths = files.iter().map(|(name, _)| request.folder.join(name));
    if let Some(path) = paths
        .into_iter()
        .find(|path| path.symlink_metadata().is_ok())
    {
        return Err(CertificateError::Exists(path));
    }
    let folder = DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(request.folder);
    folder.map_err(io_error("make", request.folder))?;
    let mut made = Vec::new();
    for (name, pem) in files {
        let path = request.folder.join(name);
        let written = write_new(&path, &pem);
        if let Err(error) = written {
            for path in made {
                // What cannot be taken away is named by the next attempt.
                fs::remove_file(path).ok();
            }
            return Err(error.into());
        }
        made.push(path);
    }
    Ok(end)
}

/// Makes the contents of all files.
fn sign(
    request: &Request<'_>,
    start: Date,
    end: Date,
) -> Result<Vec<(&'static str, String)>, CertificateError> {
    let authority_key = KeyPair::generate()?;
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    set_name(&mut authority, "okrd authority for one server");
    set_days(&mut authority, start, end);
    let authority_certificate = authority.self_signed(&authority_key)?;
    let issuer = Issuer::new(authority, authority_key);

    let first = request.names.first().map_or("okrd", String::as_str);
    let server = ExtendedKeyUsagePurpose::ServerAuth;
    let mut params = leaf(request.names, first, server)?;
    set_days(&mut params, start, end);
    let (certificate, key) = issue(&params, &issuer)?;
    let mut files = vec![
        (AUTHORITY, authority_certificate.pem()),
        (CERTIFICATE, certificate.pem()),
        (KEY, key),
    ];
    if let Some(client) = request.client {
        let names = [client.to_owned()];
        let mut params = leaf(&names, client, ExtendedKeyUsagePurpose::ClientAuth)?;
        set_days(&mut params, start, end);
        let (certificate, key) = issue(&params, &issuer)?;
        files.push((CLIENT_CERTIFICATE, certificate.pem()));
        files.push((CLIENT_KEY, key));
    }
    Ok(files)
}

fn leaf(
    names: &[String],
    common: &str,
    purpose: ExtendedKeyUsagePurpose,
) -> Result<CertificateParams, CertificateError> {
    for name in names {
        let plain = name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-.:*_".contains(&byte));
        if name.is_empty() || name.len() > 253 || !plain {
            return Err(CertificateError::Name(name.clone()));
        }
    }
    let mut params = CertificateParams::new(names)?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![purpose];
    params.use_authority_key_identifier_extension = true;
    set_name(&mut params, common);
    Ok(params)
}

fn issue(
    params: &CertificateParams,
    issuer: &Issuer<'_, KeyPair>,
) -> Result<(Certificate, String), CertificateError> {
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, issuer)?;
    Ok((certificate, key.serialize_pem()))
}

fn set_name(params: &mut CertificateParams, name: &str) {
    params.distinguished_name.push(DnType::CommonName, name);
}

fn set_days(params: &mut CertificateParams, start: Date, end: Date) {
    let midnight = |day: Date| {
        // A month and a day of a calendar are neither negative nor above 31.
        let part = |number: i8| u8::try_from(number).unwrap_or(1);
        date_time_ymd(i32::from(day.year()), part(day.month()), part(day.day()))
    };
    params.not_before = midnight(start);
    params.not_after = midnight(end);
}

/// Writes a file that was not there, for its owner only: certificates need no such care, and keys are among them.
fn write_new(path: &Path, text: &str) -> Result<(), DataError> {
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    let mut file = file.map_err(io_error("make", path))?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all());
    written.map_err(io_error("write", path))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::tls::{TlsError, TlsFiles};

    fn noon() -> Timestamp {
        "2026-11-28T12:00:00Z".parse().unwrap()
    }

    fn request<'a>(folder: &'a Path, names: &'a [String]) -> Request<'a> {
        Request {
            folder,
            names,
            client: Some("laptop"),
            days: 1,
        }
    }

    #[test]
    fn what_is_made_can_be_served_until_it_ends() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a").join("tls");
        let names = ["localhost".to_owned(), "::1".to_owned()];
        let end = make(&request(&folder, &names), noon()).unwrap();
        assert_eq!(end.to_string(), "2026-11-30");
        for name in [KEY, CLIENT_KEY] {
            let mode = fs::metadata(folder.join(name))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
        let files = TlsFiles {
            certificate: folder.join(CERTIFICATE),
            key: folder.join(KEY),
            client_ca: Some(folder.join(AUTHORITY)),
        };
        files.load(noon()).unwrap();
        let later = "2026-11-30T00:00:01Z".parse().unwrap();
        assert!(matches!(files.load(later), Err(TlsError::Expired { .. })));
        let crossed = TlsFiles {
            key: folder.join(CLIENT_KEY),
            ..files
        };
        assert!(matches!(crossed.load(noon()), Err(TlsError::Pair { .. })));
    }

    #[test]
    fn nothing_is_overwritten_and_nothing_half_made() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join(CLIENT_KEY);
        fs::write(&path, "mine").unwrap();
        let names = ["localhost".to_owned()];
        let refused = make(&request(root.path(), &names), noon());
        assert!(matches!(refused, Err(CertificateError::Exists(found)) if found == path));
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_name_that_no_certificate_can_hold_is_refused() {
        let root = tempfile::tempdir().unwrap();
        for name in ["", "a b", "b\u{e9}", "a\n"] {
            let names = [name.to_owned()];
            let refused = make(&request(root.path(), &names), noon());
            assert!(
                matches!(refused, Err(CertificateError::Name(_))),
                "{name:?}"
            );
        }
    }
}
