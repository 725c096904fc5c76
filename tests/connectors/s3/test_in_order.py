"""Pages of a listing in the order of keys."""

from hypothesis import given
from hypothesis import strategies as st

from photosync.connectors.contract import Entry, bucket_of, listing_digest
from photosync.connectors.paging import FolderSums
from photosync.connectors.s3.in_order import pages_in_order

KEYS = st.sets(
    st.lists(st.sampled_from(["a", "b", "a.", "a0", "é", ""]), min_size=1, max_size=5).map("/".join).filter(
        lambda key: not key.endswith("/") and key
    ),
    max_size=40,
)  # fmt: skip


def listed(keys):
    for key in sorted(key.encode() for key in keys):
        start, _, name = key.rpartition(b"/")
        yield start + b"/" if b"/" in key else b"", start.decode(), Entry(name.decode(), 1, "stamp")


@given(KEYS, st.integers(1, 5))
def test_each_folder_is_one_page_or_has_its_buckets(keys, window):
    keys = {key for key in keys if not key.startswith("/")}
    by_folder = {}
    for _, folder, entry in listed(keys):
        by_folder.setdefault(folder, []).append(entry)
    pages = list(pages_in_order(listed(keys), window=window, known={}))
    assert len({(page.folder, page.bucket) for page in pages}) == len(pages)
    whole = {page.folder: page.digest for page in pages if page.bucket is None}
    assert whole == {
        folder: listing_digest(entries) for folder, entries in by_folder.items() if len(entries) <= window
    }
    counts = dict.fromkeys(by_folder, 0)
    for page in pages:
        counts[page.folder] += page.entry_count
        wanted = [each for each in by_folder[page.folder] if page.bucket in (None, bucket_of(each.name))]
        assert page.entries is not None
        assert listing_digest(page.entries) == listing_digest(wanted) == page.digest
    assert counts == {folder: len(entries) for folder, entries in by_folder.items()}


def test_entries_of_open_folders_do_not_add_up_in_memory(monkeypatch):
    """A folder in a folder in a folder, each as large as the window: the outermost are put away to the disk."""
    held = []
    begun = FolderSums.__init__

    def noted(self, *args, **named):
        begun(self, *args, **named)
        all_sums.append(self)
        held.append(sum(each.held for each in all_sums))

    all_sums = []
    monkeypatch.setattr(FolderSums, "__init__", noted)
    keys = [f"{'a/' * depth}{number}" for depth in range(6) for number in range(3)]
    pages = list(pages_in_order(listed(keys), window=3, known={}))
    assert [(page.folder, sorted(each.name for each in page.entries)) for page in pages] == [
        ("/".join("a" * depth), ["0", "1", "2"]) for depth in range(5, -1, -1)
    ]
    assert max(held) <= 3
