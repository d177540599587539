//! Bearer tokens and one-time login codes: how they are made, written and recognised.
//!
//! ```text
//! okr_<id: 32 hex>_<secret: 32 bytes as 43 base64url>_<CRC-32C of all before it: 8 hex>
//! 9819-V5XS-PKWE-3MZQ-45X3-3ZC8   a login code: 120 bits in Crockford's base 32
//! ```
//! The prefix and the checksum let a scanner find a leaked token without asking the server. Both secrets have more
//! than 112 bits of randomness, so a plain SHA-256 is enough to store (OWASP ASVS 5.0, 6.5.2).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use rand::TryRng as _;
use rand::rngs::SysRng;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

const PREFIX: &str = "okr_";
const ID_CHARACTERS: usize = 32;
const SECRET_BYTES: usize = 32;
const SECRET_CHARACTERS: usize = 43;
const CHECKSUM_CHARACTERS: usize = 8;
const TOKEN_CHARACTERS: usize =
    PREFIX.len() + ID_CHARACTERS + 1 + SECRET_CHARACTERS + 1 + CHECKSUM_CHARACTERS;

/// Crockford's base 32: no I, L, O or U.
const CODE_ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE_CHARACTERS: usize = 24;
const CODE_GROUP: usize = 4;

/// The SHA-256 of a secret: all that is stored of it. Compared in constant time.
#[derive(Clone, Copy)]
pub struct SecretHash([u8; 32]);

/// A bearer token, as its holder sends it.
#[derive(Clone)]
pub struct BearerToken {
    id: Uuid,
    secret: [u8; SECRET_BYTES],
}

/// A one-time login code.
#[derive(Clone)]
pub struct LoginCode(String);

/// The operating system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random bytes: {0}")]
pub struct NoRandomness(String);

impl SecretHash {
    /// Hashes a secret.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Writes the hash as 64 hex digits.
    pub fn to_hex(self) -> String {
        okr_log::Hash(self.0).to_string()
    }

    /// Reads 64 hex digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        // Each call of a client comes here, so no pair of digits is read as a text of its own.
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let mut digits = pair.iter().map(|digit| char::from(*digit).to_digit(16));
            let (high, low) = (digits.next()??, digits.next()??);
            *byte = u8::try_from(16 * high + low).ok()?;
        }
        Some(Self(bytes))
    }
}

impl PartialEq for SecretHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SecretHash {}

impl fmt::Debug for SecretHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretHash(..)")
    }
}

impl BearerToken {
    /// Makes a new one, with a random id and secret.
    pub fn generate() -> Result<Self, NoRandomness> {
        Ok(Self {
            id: random_id()?,
            secret: random()?,
        })
    }

    /// Returns the public part, by which the server looks it up.
    pub const fn id(&self) -> Uuid {
        self.id
    }

    /// Returns what is stored of the secret part.
    pub fn secret_hash(&self) -> SecretHash {
        SecretHash::of(&self.secret)
    }

    /// Writes the token for its holder.
    pub fn reveal(&self) -> String {
        let (id, secret) = (self.id.simple(), BASE64.encode(self.secret));
        let body = format!("{PREFIX}{id}_{secret}");
        let checksum = crc32c::crc32c(body.as_bytes());
        format!("{body}_{checksum:08x}")
    }

    /// Reads a token; nothing when it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != TOKEN_CHARACTERS || !text.is_ascii() {
            return None;
        }
        let (body, checksum) = text.split_at(TOKEN_CHARACTERS - CHECKSUM_CHARACTERS - 1);
        if checksum != format!("_{:08x}", crc32c::crc32c(body.as_bytes())) {
            return None;
        }
        let (id, secret) = body.strip_prefix(PREFIX)?.split_at(ID_CHARACTERS);
        let secret = BASE64.decode(secret.strip_prefix('_')?).ok()?;
        Some(Self {
            id: Uuid::try_parse(id).ok()?,
            secret: secret.try_into().ok()?,
        })
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "BearerToken({}, ..)", self.id)
    }
}

impl LoginCode {
    /// Makes a new one.
    pub fn generate() -> Result<Self, NoRandomness> {
        let bytes: [u8; CODE_CHARACTERS] = random()?;
        let characters = bytes.iter().map(|byte| {
            let index = usize::from(byte % 32);
            char::from(CODE_ALPHABET[index])
        });
        Ok(Self(characters.collect()))
    }

    /// Reads what a person typed: case, blanks and hyphens do not matter, and look-alikes are understood.
    pub fn parse(text: &str) -> Option<Self> {
        let mut code = String::with_capacity(CODE_CHARACTERS);
        for character in text.chars().filter(|c| !matches!(c, '-' | ' ')) {
            let character = match character.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let known = u8::try_from(character).is_ok_and(|byte| CODE_ALPHABET.contains(&byte));
            if !known || code.len() == CODE_CHARACTERS {
                return None;
            }
            code.push(character);
        }
        (code.len() == CODE_CHARACTERS).then_some(Self(code))
    }

    /// Returns what is stored of it.
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(self.0.as_bytes())
    }

    /// Writes the code in groups, for a person to read out or copy.
    pub fn reveal(&self) -> String {
        let groups: Vec<_> = self.0.as_bytes().chunks(CODE_GROUP).collect();
        String::from_utf8_lossy(&groups.join(&b'-')).into_owned()
    }
}

impl fmt::Debug for LoginCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("LoginCode(..)")
    }
}

/// Makes a random (version 4) UUID.
pub(crate) fn random_id() -> Result<Uuid, NoRandomness> {
    Ok(uuid::Builder::from_random_bytes(random()?).into_uuid())
}

/// Returns random bytes of the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    match SysRng.try_fill_bytes(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(error) => Err(NoRandomness(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_and_no_changed_character_goes_unseen() {
        let token = BearerToken::generate().unwrap();
        let text = token.reveal();
        assert_eq!(text.len(), TOKEN_CHARACTERS);
        let again = BearerToken::parse(&text).unwrap();
        assert_eq!(again.id(), token.id());
        assert_eq!(again.secret_hash(), token.secret_hash());
        for index in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[index] = if bytes[index] == b'x' { b'y' } else { b'x' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(BearerToken::parse(&changed).is_none(), "{index}");
        }
        for bad in ["", "okr_", &text[1..], &format!("{text}0"), &"å".repeat(45)] {
            assert!(BearerToken::parse(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn secrets_do_not_show_when_printed_for_debugging() {
        let token = BearerToken::generate().unwrap();
        let text = token.reveal();
        let secret = &text[PREFIX.len() + ID_CHARACTERS + 1..][..SECRET_CHARACTERS];
        let shown = format!("{token:?} {:?}", token.secret_hash());
        assert!(!shown.contains(secret), "{shown}");
        assert!(!shown.contains(&token.secret_hash().to_hex()), "{shown}");
        let code = LoginCode::generate().unwrap();
        assert!(!format!("{code:?}").contains(&code.reveal()[..4]));
    }

    #[test]
    fn a_code_is_understood_as_people_type_it() {
        let code = LoginCode("0123456789ABCDEFGHJKMN10".to_owned());
        assert_eq!(code.reveal(), "0123-4567-89AB-CDEF-GHJK-MN10");
        for typed in [
            "0123-4567-89AB-CDEF-GHJK-MN10",
            "o123456789abcdefghjkmnlO",
            " 0123 4567 89ab cdef ghjk mni0 ",
        ] {
            assert_eq!(LoginCode::parse(typed).unwrap().hash(), code.hash());
        }
        for bad in ["", "0123", "0123-4567-89AB-CDEF-GHJK-MN1U", &"0".repeat(25)] {
            assert!(LoginCode::parse(bad).is_none(), "{bad:?}");
        }
        assert_ne!(
            LoginCode::generate().unwrap().hash(),
            LoginCode::generate().unwrap().hash()
        );
    }

    #[test]
    fn a_hash_reads_back() {
        let hash = SecretHash::of(b"abc");
        let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hash.to_hex(), hex);
        assert_eq!(SecretHash::from_hex(hex), Some(hash));
        assert_eq!(SecretHash::from_hex("ba78"), None);
        assert_eq!(SecretHash::from_hex(&"+1".repeat(32)), None);
    }
}
