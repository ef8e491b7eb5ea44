//! `templates-cache/`: model folders pinned by a lock file.
