//! Places in a text that was made from another one.

/// Pairs of places, in order: what stands at the first came from the second, and what follows it from what
/// follows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places(Vec<(usize, usize)>);

impl Places {
    /// What is written at `here` comes from `there`.
    pub(crate) fn push(&mut self, here: usize, there: usize) {
        self.0.push((here, there));
    }

    /// The place that something came from.
    pub(crate) fn origin(&self, here: usize) -> usize {
        let next = self.0.partition_point(|(place, _)| *place <= here);
        let before = next.checked_sub(1).and_then(|n| self.0.get(n));
        before.map_or(here, |(place, there)| there + (here - place))
    }

    /// The place that the beginning of what stands here came from.
    pub(crate) fn start(&self, here: usize) -> usize {
        let next = self.0.partition_point(|(place, _)| *place <= here);
        next.checked_sub(1).and_then(|n| self.0.get(n)).map_or(0, |(_, there)| *there)
    }

    /// The same places, with other origins.
    pub(crate) fn map(self, origin: impl Fn(usize) -> usize) -> Self {
        Self(self.0.into_iter().map(|(here, there)| (here, origin(there))).collect())
    }
}
