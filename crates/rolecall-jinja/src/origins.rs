//! Where text came from, as it is kept after a render: places in the input as a tree, and what was made from them.

/// All nodes of a trace, by their numbers, and the keys in them as one text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tree {
    pub(crate) nodes: Vec<Owned>,
    derived: Vec<Box<[u32]>>,
    keys: String,
}

/// A node of a tree. It owns what it needs: nothing of the render is left when spans are read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Owned {
    Template,
    Root,
    /// The value of a key of an object.
    Member {
        parent: u32,
        key: Text,
    },
    /// An item of a list.
    Item {
        parent: u32,
        index: u32,
    },
    /// A key of an object, which is named by the way to its value.
    Key {
        parent: u32,
        key: Text,
    },
    /// A variable that the caller trusts, and all inside of it.
    Trusted {
        name: Text,
    },
    /// Made from other nodes: the number of the list of them.
    Derived(u32),
}

/// A part of the text of all keys.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Text {
    start: u32,
    length: u32,
}

impl Tree {
    /// A tree of nothing.
    pub(crate) const NONE: Self = Self { nodes: Vec::new(), derived: Vec::new(), keys: String::new() };

    /// The numbers of the two nodes that every tree begins with: the template, and the object of variables.
    pub(crate) const TEMPLATE: u32 = 0;
    pub(crate) const ROOT: u32 = 1;

    /// Begins anew, with room for so many nodes.
    pub(crate) fn clear(&mut self, nodes: usize) {
        self.nodes.clear();
        self.nodes.reserve(nodes);
        self.nodes.extend([Owned::Template, Owned::Root]);
        self.derived.clear();
        self.keys.clear();
        self.keys.reserve(64);
    }

    /// The bytes that it has room for.
    pub(crate) fn bytes(&self) -> usize {
        self.nodes.capacity() * size_of::<Owned>()
            + self.derived.capacity() * size_of::<Box<[u32]>>()
            + self.keys.capacity()
    }

    /// A node made from others.
    pub(crate) fn derived(&mut self, from: Box<[u32]>) -> Owned {
        self.derived.push(from);
        Owned::Derived(u32::try_from(self.derived.len() - 1).unwrap_or(u32::MAX))
    }

    /// Keeps a key.
    pub(crate) fn key(&mut self, key: &str) -> Text {
        let start = u32::try_from(self.keys.len()).unwrap_or_default();
        self.keys.push_str(key);
        Text { start, length: u32::try_from(key.len()).unwrap_or_default() }
    }

    pub(crate) fn text(&self, text: Text) -> &str {
        let start = text.start as usize;
        self.keys.get(start..start + text.length as usize).unwrap_or_default()
    }

    /// The nodes that something was made from in the end, without those of the template; nothing if finding them takes
    /// more than is left of `work`.
    pub(crate) fn sources(&self, node: u32, work: &mut usize) -> Option<Vec<u32>> {
        let mut sources = Vec::new();
        let mut left = vec![node];
        let mut seen = std::collections::HashSet::new();
        while let Some(node) = left.pop() {
            if !seen.insert(node) {
                continue;
            }
            *work = work.checked_sub(1)?;
            match self.nodes.get(node as usize) {
                None | Some(Owned::Template) => {}
                Some(Owned::Derived(from)) => {
                    if let Some(from) = self.derived.get(*from as usize) {
                        *work = work.checked_sub(from.len())?;
                        left.extend(from.iter().rev());
                    }
                }
                Some(_) => sources.push(node),
            }
        }
        Some(sources)
    }
}
