//! Tables of names: small ones are lists, large ones are hashed.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::LazyLock;

/// So many entries are looked through one by one.
const FEW: usize = 8;

/// Keys and values in the order in which they came; templates may have many thousands of names.
pub(super) struct Entries<K, V> {
    pub(super) list: Vec<(K, V)>,
    /// Where the keys are in the list, as soon as there are more than a few.
    places: HashMap<K, usize, Seeded>,
}

impl<K, V> Default for Entries<K, V> {
    fn default() -> Self {
        Self { list: Vec::new(), places: HashMap::default() }
    }
}

impl<K: Copy + Eq + Hash, V: Copy> Entries<K, V> {
    fn place(&self, key: K) -> Option<usize> {
        if self.list.len() <= FEW {
            return self.list.iter().position(|(known, _)| *known == key);
        }
        self.places.get(&key).copied()
    }

    pub(super) fn get(&self, key: K) -> Option<V> {
        self.place(key).and_then(|place| self.list.get(place)).map(|(_, value)| *value)
    }

    pub(super) fn set(&mut self, key: K, value: V) {
        if let Some(entry) = self.place(key).and_then(|place| self.list.get_mut(place)) {
            entry.1 = value;
            return;
        }
        self.list.push((key, value));
        if self.list.len() > FEW {
            let known = self.places.len();
            let new = self.list.iter().enumerate().skip(known);
            self.places.extend(new.map(|(place, (key, _))| (*key, place)));
        }
    }
}

/// What hashes begin with: no template can know it, so that none can have names that all hash alike.
static SEED: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(0));

/// Makes hashers that are fast for short keys.
#[derive(Clone, Copy, Default)]
struct Seeded;

impl BuildHasher for Seeded {
    type Hasher = Folding;

    fn build_hasher(&self) -> Folding {
        Folding(*SEED)
    }
}

/// Multiplies, and folds both halves of the product.
struct Folding(u64);

impl Folding {
    fn mix(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word) * 0x9e37_79b9_7f4a_7c15;
        #[allow(clippy::cast_possible_truncation, reason = "both halves are taken")]
        let (low, high) = (product as u64, (product >> 64) as u64);
        self.0 = low ^ high;
    }
}

impl Hasher for Folding {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        for word in words {
            self.mix(u64::from_le_bytes(*word));
        }
        let last = rest.iter().fold(0, |last, byte| last << 8 | u64::from(*byte));
        self.mix(last ^ (bytes.len() as u64) << 56);
    }

    fn write_u8(&mut self, _: u8) {
        // It ends a string, whose length is mixed in already.
    }

    fn write_u32(&mut self, value: u32) {
        self.mix(u64::from(value));
    }

    fn write_usize(&mut self, value: usize) {
        self.mix(value as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
