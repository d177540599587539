//! The tree against the vectors of certificate-transparency and the recursive definition.

use proptest::prelude::*;

use super::*;

/// MTH of RFC 6962 section 2.1, written as the RFC writes it.
fn recursive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => sha256(&[]),
        [leaf] => *leaf,
        more => {
            let split = 1 << (more.len() - 1).ilog2();
            node_hash(
                recursive_root(&more[..split]),
                recursive_root(&more[split..]),
            )
        }
    }
}

fn frontier_of(leaves: &[Hash]) -> Frontier {
    let mut frontier = Frontier::new();
    for leaf in leaves {
        frontier.push(*leaf);
    }
    frontier
}

#[test]
fn gives_the_known_roots() {
    let inputs: [&[u8]; 8] = [
        &[],
        &[0x00],
        &[0x10],
        &[0x20, 0x21],
        &[0x30, 0x31],
        &[0x40, 0x41, 0x42, 0x43],
        &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        &[
            0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d,
            0x6e, 0x6f,
        ],
    ];
    let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let leaves: Vec<Hash> = inputs
        .iter()
        .map(|input| sha256(&[&[0x00], input]))
        .collect();
    for (size, root) in roots.iter().enumerate() {
        assert_eq!(
            frontier_of(&leaves[..size]).root().to_string(),
            *root,
            "size {size}"
        );
        assert_eq!(
            recursive_root(&leaves[..size]).to_string(),
            *root,
            "size {size}"
        );
    }
}

#[test]
fn refuses_bytes_that_are_no_frontier() {
    let bytes = frontier_of(&[Hash([7; 32]), Hash([8; 32]), Hash([9; 32])]).to_bytes();
    assert_eq!(bytes.len(), 9 + 64);
    let mut newer = bytes.clone();
    newer[0] = 2;
    assert_eq!(Frontier::from_bytes(&newer), Err(FrontierError::Version(2)));
    let endless = [vec![1], vec![0xff; 8 + 64 * 32]].concat();
    assert_eq!(
        Frontier::from_bytes(&endless),
        Err(FrontierError::Size(u64::MAX))
    );
    for length in 0..bytes.len() {
        let error = Frontier::from_bytes(&bytes[..length]).unwrap_err();
        assert!(matches!(error, FrontierError::Length { found, .. } if found == length));
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    let error = Frontier::from_bytes(&longer).unwrap_err();
    assert_eq!(
        error,
        FrontierError::Length {
            found: 74,
            expected: 73
        }
    );
}

proptest! {
    #[test]
    fn grows_like_the_recursive_definition(
        leaves in prop::collection::vec(any::<[u8; 32]>().prop_map(Hash), 0..140),
        cut in any::<prop::sample::Index>(),
    ) {
        let frontier = frontier_of(&leaves);
        prop_assert_eq!(frontier.root(), recursive_root(&leaves));
        prop_assert_eq!(frontier.size(), leaves.len() as u64);

        let cut = cut.index(leaves.len() + 1);
        let stored = frontier_of(&leaves[..cut]).to_bytes();
        let mut resumed = Frontier::from_bytes(&stored).unwrap();
        for leaf in &leaves[cut..] {
            resumed.push(*leaf);
        }
        prop_assert_eq!(resumed, frontier);
    }

    #[test]
    fn never_panics_on_foreign_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(frontier) = Frontier::from_bytes(&bytes) {
            prop_assert_eq!(frontier.to_bytes(), bytes);
        }
    }
}
