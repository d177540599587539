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

/// PATH of RFC 6962 section 2.1.1, written as the RFC writes it.
fn recursive_path(place: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let split = 1 << (leaves.len() - 1).ilog2();
    let (left, right) = leaves.split_at(split);
    let (mut path, beside) = if place < split {
        (recursive_path(place, left), recursive_root(right))
    } else {
        (recursive_path(place - split, right), recursive_root(left))
    };
    path.push(beside);
    path
}

fn frontier_of(leaves: &[Hash]) -> Frontier {
    let mut frontier = Frontier::new();
    for leaf in leaves {
        frontier.push(*leaf);
    }
    frontier
}

/// The leaves of the test vectors of certificate-transparency.
fn known_leaves() -> Vec<Hash> {
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
    inputs
        .iter()
        .map(|input| sha256(&[&[0x00], input]))
        .collect()
}

#[test]
fn gives_the_known_roots() {
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
    let leaves = known_leaves();
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
fn gives_the_known_paths() {
    let paths: [(u64, usize, &[&str]); 5] = [
        (0, 1, &[]),
        (
            0,
            8,
            &[
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            5,
            8,
            &[
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (
            2,
            3,
            &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
        ),
        (
            1,
            5,
            &[
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ];
    let leaves = known_leaves();
    for (index, size, path) in paths {
        let tree = Tree::new(leaves[..size].to_vec());
        let proof = tree.prove(index).unwrap();
        let shown: Vec<String> = proof.path.iter().map(ToString::to_string).collect();
        assert_eq!(shown, path, "leaf {index} of {size}");
    }
}

#[test]
fn a_path_that_no_tree_has_is_refused() {
    let tree = Tree::new(known_leaves());
    let leaf = known_leaves()[5];
    let outside = InclusionProof {
        index: 8,
        ..tree.prove(5).unwrap()
    };
    let error = InclusionError::Outside { index: 8, size: 8 };
    assert_eq!(outside.root(leaf), Err(error));
    assert_eq!(tree.prove(8), None);
    assert_eq!(Tree::new(Vec::new()).prove(0), None);
    for length in [0, 2, 4] {
        let mut proof = tree.prove(5).unwrap();
        proof.path.resize(length, leaf);
        let error = InclusionError::Length {
            found: length,
            expected: 3,
        };
        assert_eq!(proof.root(leaf), Err(error));
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

#[test]
fn a_difference_is_narrowed_to_a_subtree() {
    let mut leaves: Vec<Hash> = (0..13).map(|number| Hash([number; 32])).collect();
    let before = frontier_of(&leaves);
    assert_eq!(before.first_difference(&before.clone()), None);
    for (place, range) in [(0, 0..8), (7, 0..8), (8, 8..12), (12, 12..13)] {
        let kept = std::mem::replace(&mut leaves[place], Hash([99; 32]));
        assert_eq!(
            before.first_difference(&frontier_of(&leaves)),
            Some(range),
            "{place}"
        );
        leaves[place] = kept;
    }
    let shorter = frontier_of(&leaves[..12]);
    assert_eq!(before.first_difference(&shorter), Some(0..13));
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
    fn proves_every_leaf_as_the_recursive_definition_does(
        leaves in prop::collection::vec(any::<[u8; 32]>().prop_map(Hash), 0..80),
    ) {
        let tree = Tree::new(leaves.clone());
        let root = recursive_root(&leaves);
        prop_assert_eq!((tree.size(), tree.root()), (leaves.len() as u64, root));
        for (index, leaf) in leaves.iter().enumerate() {
            let proof = tree.prove(index as u64).unwrap();
            prop_assert_eq!(&proof.path, &recursive_path(index, &leaves));
            prop_assert_eq!(proof.root(*leaf), Ok(root));
        }
    }

    #[test]
    fn a_proof_fits_its_leaf_place_and_size_alone(
        leaves in prop::collection::vec(any::<[u8; 32]>().prop_map(Hash), 2..80),
        at in any::<prop::sample::Index>(), other in any::<prop::sample::Index>(), bit in 0..256_usize,
    ) {
        let tree = Tree::new(leaves.clone());
        let index = at.index(leaves.len());
        let proof = tree.prove(index as u64).unwrap();
        let mut leaf = leaves[index];
        leaf.0[bit / 8] ^= 1 << (bit % 8);
        prop_assert_ne!(proof.root(leaf), Ok(tree.root()));

        let elsewhere = other.index(leaves.len()) as u64;
        if elsewhere != proof.index {
            let moved = InclusionProof { index: elsewhere, ..proof.clone() };
            prop_assert_ne!(moved.root(leaves[index]), Ok(tree.root()));
        }
        let mut bent = proof.clone();
        let step = other.index(bent.path.len());
        bent.path[step].0[bit / 8] ^= 1 << (bit % 8);
        prop_assert_ne!(bent.root(leaves[index]), Ok(tree.root()));
    }

    #[test]
    fn never_panics_on_foreign_proofs(
        index in any::<u64>(), size in any::<u64>(),
        path in prop::collection::vec(any::<[u8; 32]>().prop_map(Hash), 0..70),
    ) {
        let proof = InclusionProof { index, size, path };
        prop_assert_eq!(proof.root(Hash([1; 32])).is_err() && index < size,
            matches!(proof.root(Hash([1; 32])), Err(InclusionError::Length { .. })));
    }

    #[test]
    fn never_panics_on_foreign_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(frontier) = Frontier::from_bytes(&bytes) {
            prop_assert_eq!(frontier.to_bytes(), bytes);
        }
    }
}
