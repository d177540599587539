//! Descriptors of files, of which every connection takes one: a shell gives a thousand, a server may have more.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What okrd itself takes: its files, the sockets it listens on, monitoring and administration.
const OWN: u64 = 128;

/// Takes all descriptors that the system lets this process have. Says so when they are too few for so many connections.
pub(crate) fn take_all(connections: u64) {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let all = Rlimit {
        current: maximum,
        maximum,
    };
    // Where it cannot be raised it stays.
    let limit = if current != maximum && setrlimit(Resource::Nofile, all).is_ok() {
        maximum
    } else {
        current
    };
    let needed = connections.saturating_add(OWN);
    if let Some(limit) = limit.filter(|limit| *limit < needed) {
        tracing::warn!(
            limit,
            needed,
            "the system gives fewer files (ulimit -n) than limits.connections needs; \
             what comes beyond has to wait"
        );
    }
}
