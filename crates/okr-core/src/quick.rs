//! Hash maps and sets for what is kept by the million, and looked for in every change.
//!
//! Their hash is seeded at random in each process, so that nobody can prepare ids that collide without seeing what it
//! gives, and several times as fast as the usual one. For keys of whoever is not a member of the organisation (addresses,
//! tokens) use the usual one.

use foldhash::fast::RandomState;

/// A map.
pub type HashMap<K, V> = std::collections::HashMap<K, V, RandomState>;
/// A set.
pub type HashSet<T> = std::collections::HashSet<T, RandomState>;
