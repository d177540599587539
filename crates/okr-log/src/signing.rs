//! Ed25519 keys with a name, as C2SP signed notes use them (FORMAT.md section 3).

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, Signer as _};
use rand::TryRng as _;
use rand::rngs::SysRng;

use crate::hash::sha256;

/// Length of an Ed25519 signature, in bytes.
pub(crate) const SIGNATURE_BYTES: usize = 64;
/// Tag of Ed25519 among the C2SP signature types.
const ED25519_TAG: u8 = 0x01;
/// Longest key name, in bytes.
const MAX_NAME_BYTES: usize = 255;

/// The name of a key: not empty, without white space and without `+`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyName(String);

/// The first bytes of a hash of name and public key, which tells signatures apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyId(pub(crate) [u8; 4]);

/// A named private key that signs checkpoints.
///
/// Printing it for debugging shows the public half only; the secret is wiped when it is dropped.
pub struct SigningKey {
    name: KeyName,
    key: ed25519_dalek::SigningKey,
}

/// A named public key that verifies checkpoints.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    name: KeyName,
    key: ed25519_dalek::VerifyingKey,
}

/// Why a key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The name is empty, too long, or holds white space or `+`.
    #[error("key name {0:?} is empty, longer than 255 bytes, or holds white space or '+'")]
    Name(String),
    /// The text is not of the form `name+id+key`.
    #[error("verifier key is not of the form name+id+key")]
    Form,
    /// The part after the id is not base64 of an Ed25519 public key.
    #[error("verifier key does not hold an Ed25519 public key")]
    PublicKey,
    /// The id is not that of this name and public key.
    #[error("verifier key states the id {stated}, its name and key have {computed}")]
    Id {
        /// What the text says.
        stated: String,
        /// What name and key give.
        computed: String,
    },
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes: {0}")]
    Randomness(String),
}

impl KeyName {
    /// Checks a name.
    ///
    /// # Errors
    ///
    /// `Name` when it is empty, longer than 255 bytes, or holds white space, a control character or `+`.
    pub fn new(name: &str) -> Result<Self, KeyError> {
        let allowed = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
        if name.is_empty() || name.len() > MAX_NAME_BYTES || !name.chars().all(allowed) {
            return Err(KeyError::Name(name.to_owned()));
        }
        Ok(Self(name.to_owned()))
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl SigningKey {
    /// Makes a new key from the operating system's randomness.
    ///
    /// # Errors
    ///
    /// `Randomness` when the system gives none.
    pub fn generate(name: KeyName) -> Result<Self, KeyError> {
        let mut secret = [0; 32];
        SysRng
            .try_fill_bytes(&mut secret)
            .map_err(|error| KeyError::Randomness(error.to_string()))?;
        Ok(Self::from_bytes(name, &secret))
    }

    /// Takes a key from its 32 secret bytes.
    pub fn from_bytes(name: KeyName, secret: &[u8; 32]) -> Self {
        Self {
            name,
            key: ed25519_dalek::SigningKey::from_bytes(secret),
        }
    }

    /// Returns the 32 secret bytes, for a file that only the server may read.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// Returns the name.
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// Returns the public half.
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey {
            name: self.name.clone(),
            key: self.key.verifying_key(),
        }
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_BYTES] {
        self.key.sign(message).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("SigningKey")
            .field(&self.verifying_key())
            .finish()
    }
}

impl VerifyingKey {
    /// Returns the name.
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// Returns what tells the key apart in a line of text: `name+id`.
    pub fn label(&self) -> String {
        format!("{}+{}", self.name, self.id())
    }

    pub(crate) fn id(&self) -> KeyId {
        let hash = sha256(&[self.name.as_str().as_bytes(), b"\n", &self.tagged()]);
        let [a, b, c, d, ..] = *hash.as_bytes();
        KeyId([a, b, c, d])
    }

    /// Verifies strictly: canonical encodings only and no key of small order.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8; SIGNATURE_BYTES]) -> bool {
        self.key
            .verify_strict(message, &Signature::from_bytes(signature))
            .is_ok()
    }

    fn tagged(&self) -> [u8; 33] {
        let mut tagged = [ED25519_TAG; 33];
        tagged[1..].copy_from_slice(self.key.as_bytes());
        tagged
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

/// Prints the C2SP text form `name+id+key`.
impl fmt::Display for VerifyingKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}+{}+{}",
            self.name,
            self.id(),
            BASE64.encode(self.tagged())
        )
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "VerifyingKey({self})")
    }
}

/// Reads the C2SP text form `name+id+key`.
impl FromStr for VerifyingKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        // Base64 may hold '+', names and ids do not.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(stated), Some(key)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(KeyError::Form);
        };
        let name = KeyName::new(name)?;
        let tagged = BASE64.decode(key).map_err(|_| KeyError::PublicKey)?;
        let Some((&ED25519_TAG, public)) = tagged.split_first() else {
            return Err(KeyError::PublicKey);
        };
        let public = public.try_into().map_err(|_| KeyError::PublicKey)?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(public)
            .ok()
            .filter(|key| !key.is_weak())
            .ok_or(KeyError::PublicKey)?;
        let key = Self { name, key };
        let computed = key.id().to_string();
        if stated != computed {
            return Err(KeyError::Id {
                stated: stated.to_owned(),
                computed,
            });
        }
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example key of the C2SP signed-note specification and of golang.org/x/mod/sumdb/note.
    const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    fn name() -> KeyName {
        KeyName::new("okr.example.org").unwrap()
    }

    #[test]
    fn reads_and_prints_the_published_form() {
        let key: VerifyingKey = PETER.parse().unwrap();
        assert_eq!(key.name().as_str(), "PeterNeumann");
        assert_eq!(key.to_string(), PETER);
        assert_eq!(key.label(), "PeterNeumann+c74f20a3");
    }

    #[test]
    fn keys_survive_their_bytes_and_hide_their_secret() {
        let key = SigningKey::generate(name()).unwrap();
        let again = SigningKey::from_bytes(name(), &key.to_bytes());
        assert_eq!(again.verifying_key(), key.verifying_key());
        let text = key.verifying_key().to_string();
        assert_eq!(text.parse::<VerifyingKey>().unwrap(), key.verifying_key());
        assert_ne!(
            SigningKey::generate(name()).unwrap().to_bytes(),
            key.to_bytes()
        );

        let shown = format!("{key:?}");
        let secret = key.to_bytes();
        assert!(shown.contains(&text), "{shown}");
        assert!(!shown.contains(&BASE64.encode(secret)), "{shown}");
    }

    #[test]
    fn refuses_foreign_texts() {
        let error = |text: &str| text.parse::<VerifyingKey>().unwrap_err();
        assert_eq!(error(""), KeyError::Form);
        assert_eq!(error("name+c74f20a3"), KeyError::Form);
        assert_eq!(
            error(&PETER.replace("Peter", "Peter ")),
            KeyError::Name("Peter Neumann".into())
        );
        assert_eq!(error(&PETER.replace("ARpc", "?")), KeyError::PublicKey);
        assert_eq!(error(&PETER.replace("ARpc", "Arpc")), KeyError::PublicKey);
        assert_eq!(error(&PETER.replace("ARpc", "")), KeyError::PublicKey);
        assert!(matches!(
            error(&PETER.replace("c74f", "C74F")),
            KeyError::Id { .. }
        ));
        assert!(matches!(
            error(&PETER.replace("Peter", "Paul")),
            KeyError::Id { .. }
        ));
        for bad in ["", "a b", "a+b", "a\u{2003}b", "a\nb", &"x".repeat(256)] {
            assert_eq!(KeyName::new(bad), Err(KeyError::Name(bad.to_owned())));
        }
    }
}
