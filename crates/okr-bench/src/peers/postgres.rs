//! `PostgreSQL`: one prepared INSERT for each event, committed by itself, over its own protocol (version 3).

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use bytes::{BufMut as _, BytesMut};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::{Appender, EVENT, Process, free_port, patiently, program};

/// Where Debian has the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";
/// The account that Debian makes for it: it does not run as root.
const ACCOUNT: &str = "postgres";

/// A running server.
pub(super) struct Server {
    port: u16,
    _process: Process,
    _directory: TempDir,
}

/// A connection with a prepared statement.
pub(super) struct Connection {
    stream: BufReader<TcpStream>,
    /// What an append sends: always the same.
    append: BytesMut,
}

impl Server {
    /// Makes a database beside the programs, on the same disk, and starts it; none when it is not installed.
    pub(super) async fn start(programs: &Path) -> Result<Option<Self>> {
        let versions = fs::read_dir(VERSIONS).into_iter().flatten().flatten();
        let mut places: Vec<PathBuf> = versions.map(|one| one.path().join("bin")).collect();
        places.sort();
        places.reverse();
        let (Some(init), Some(server)) = (program("initdb", &places), program("postgres", &places))
        else {
            return Ok(None);
        };
        let directory = TempDir::new_in(programs)?;
        let account = account(directory.path())?;
        let data = directory.path().join("data");
        let made = command(&init, account.as_deref())
            .args([
                "--auth",
                "trust",
                "--username",
                "bench",
                "--no-locale",
                "-D",
            ])
            .arg(&data)
            .output()?;
        let said = String::from_utf8_lossy(&made.stderr);
        ensure!(made.status.success(), "initdb: {said}");
        let port = free_port()?;
        let child = command(&server, account.as_deref())
            .arg("-D")
            .arg(&data)
            .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"])
            .args([
                "-c",
                "unix_socket_directories=",
                "-c",
                "max_connections=300",
            ])
            .args(["-c", "shared_buffers=256MB", "-c", "max_wal_size=4GB"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut process = Process(child);
        let mut first = patiently(&mut process, || Connection::open(port)).await?;
        first
            .ask(
                b'Q',
                b"CREATE TABLE events (position bigserial PRIMARY KEY, body bytea)\0",
            )
            .await?;
        Ok(Some(Self {
            port,
            _process: process,
            _directory: directory,
        }))
    }

    /// Connects so many times.
    pub(super) async fn connections(&self, count: usize) -> Result<Vec<Connection>> {
        let mut connections = Vec::with_capacity(count);
        for _ in 0..count {
            let mut connection = Connection::open(self.port).await?;
            connection.prepare().await?;
            connections.push(connection);
        }
        Ok(connections)
    }
}

/// Gives a directory to the account of the server where this is root, and returns the name of it.
fn account(directory: &Path) -> Result<Option<String>> {
    if fs::metadata("/proc/self")?.uid() != 0 {
        return Ok(None);
    }
    let accounts = fs::read_to_string("/etc/passwd")?;
    let line = accounts
        .lines()
        .find(|line| line.split(':').next() == Some(ACCOUNT));
    let mut ids = line
        .into_iter()
        .flat_map(|line| line.split(':').skip(2).take(2));
    let mut id = || ids.next().and_then(|id| id.parse().ok());
    let user: Option<u32> = id();
    let user = user.with_context(|| format!("there is no account {ACCOUNT}"))?;
    chown(directory, Some(user), id())?;
    Ok(Some(ACCOUNT.to_owned()))
}

/// Makes a command that runs under an account.
fn command(program: &Path, account: Option<&str>) -> Command {
    let Some(account) = account else {
        return Command::new(program);
    };
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", account, "--regid", account, "--clear-groups"])
        .arg(program);
    command
}

impl Connection {
    async fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        let mut connection = Self {
            stream: BufReader::new(stream),
            append: BytesMut::new(),
        };
        let mut greeting = BytesMut::new();
        // The version of the protocol, 3.0.
        greeting.put_u32(3 << 16);
        greeting.put_slice(b"user\0bench\0database\0postgres\0\0");
        let mut bytes = BytesMut::new();
        bytes.put_u32(u32::try_from(greeting.len() + 4)?);
        bytes.extend_from_slice(&greeting);
        connection.stream.write_all(&bytes).await?;
        connection.answered().await?;
        Ok(connection)
    }

    /// Prepares the statement, and what is sent for each event.
    async fn prepare(&mut self) -> Result<()> {
        let mut parse = BytesMut::new();
        parse.put_slice(b"append\0INSERT INTO events (body) VALUES ($1)\0");
        parse.put_u16(0);
        let mut bytes = message(b'P', &parse)?;
        bytes.unsplit(message(b'S', &[])?);
        self.stream.write_all(&bytes).await?;
        self.answered().await?;

        let mut bind = BytesMut::new();
        bind.put_slice(b"\0append\0");
        // One format, binary, of one value.
        bind.put_u16(1);
        bind.put_u16(1);
        bind.put_u16(1);
        bind.put_u32(u32::try_from(EVENT)?);
        bind.put_bytes(7, EVENT);
        bind.put_u16(0);
        let mut append = message(b'B', &bind)?;
        append.unsplit(message(b'E', b"\0\0\0\0\0")?);
        append.unsplit(message(b'S', &[])?);
        self.append = append;
        Ok(())
    }

    async fn ask(&mut self, kind: u8, content: &[u8]) -> Result<()> {
        self.stream.write_all(&message(kind, content)?).await?;
        self.answered().await
    }

    /// Reads until the server is ready for more.
    async fn answered(&mut self) -> Result<()> {
        loop {
            let kind = self.stream.read_u8().await?;
            let length = usize::try_from(self.stream.read_u32().await?)?;
            let mut content = vec![0; length.saturating_sub(4)];
            self.stream.read_exact(&mut content).await?;
            match kind {
                b'Z' => return Ok(()),
                b'E' => bail!("it refuses: {}", String::from_utf8_lossy(&content)),
                _ => {}
            }
        }
    }
}

impl Appender for Connection {
    async fn append(&mut self) -> Result<()> {
        self.stream.write_all(&self.append).await?;
        self.answered().await
    }
}

/// Writes a message: its kind, its length with itself, and what is in it.
fn message(kind: u8, content: &[u8]) -> Result<BytesMut> {
    let mut bytes = BytesMut::new();
    bytes.put_u8(kind);
    bytes.put_u32(u32::try_from(content.len() + 4)?);
    bytes.extend_from_slice(content);
    Ok(bytes)
}
