//! Compiles /proto to Rust without `protoc`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use prost::Message as _;

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto");
    let files = [
        "okr/v1/event.proto",
        "okr/v1/sync.proto",
        "okr/v1/identity.proto",
        "okr/v1/credentials.proto",
    ];
    for file in files {
        println!("cargo:rerun-if-changed={}", root.join(file).display());
    }
    let descriptors = protox::compile(files.map(|file| root.join(file)), [&root])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("okr_descriptor.bin"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure()
        .bytes(".")
        .codec_path("crate::ExactCodec")
        .emit_rerun_if_changed(false)
        .compile_fds(descriptors)?;
    Ok(())
}
