//! Hash maps and sets for what a load keeps by the million.
//!
//! Their hash is seeded at random in each process, and several times as fast as the usual one.

use foldhash::fast::RandomState;

pub(crate) type HashMap<K, V> = std::collections::HashMap<K, V, RandomState>;
pub(crate) type HashSet<T> = std::collections::HashSet<T, RandomState>;
