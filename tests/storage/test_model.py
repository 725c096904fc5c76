"""The store against a dictionary, over whatever order of operations Hypothesis thinks of."""

import os
import shutil
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from photosync.storage import BlobStore, Collected

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class StoreMachine(RuleBasedStateMachine):
    names = Bundle("names")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="photosync-model-"))
        self.store = BlobStore(self.folder)
        self.store.prepare()
        self.open_batch = ExitStack()
        self.batch = self.open_batch.enter_context(self.store.batch())
        self.model: dict[str, bytes] = {}
        self.pending: dict[str, bytes] = {}
        self.old: set[str] = set()

    def teardown(self) -> None:
        self.open_batch.close()
        shutil.rmtree(self.folder)

    @rule(target=names, content=st.binary(max_size=40), replace=st.booleans())
    def add(self, content: bytes, replace: bool) -> str:
        name = self.batch.add(content, replace=replace)
        assert name == sha256(content).hexdigest()
        if name not in self.model or replace:
            self.pending[name] = content
        elif name not in self.pending:
            self.old.discard(name)
        return name

    @rule()
    def commit(self) -> None:
        self.batch.commit()
        self.model |= self.pending
        self.old -= set(self.pending)
        self.pending.clear()

    @rule()
    def give_up(self) -> None:
        self.open_batch.close()
        self.batch = self.open_batch.enter_context(self.store.batch())
        self.pending.clear()

    @rule(name=names)
    def grow_old(self, name: str) -> None:
        if name in self.model:
            os.utime(self.store.path_of(name), (LONG_AGO.timestamp(), LONG_AGO.timestamp()))
            self.old.add(name)
            # A batch that has refreshed this name relies on it until it ends: begin a new one.
            self.give_up()

    @rule(name=names)
    def delete(self, name: str) -> None:
        assert self.store.delete(name) == (name in self.model)
        self.model.pop(name, None)
        self.old.discard(name)
        self.give_up()

    @rule(target=names, referenced=st.sets(names))
    def collect(self, referenced: set[str]) -> object:
        removed = {name: self.model[name] for name in self.old - referenced}
        done = self.store.collect(referenced.intersection, now=LONG_AGO + timedelta(days=2))
        assert done == Collected(len(removed), sum(map(len, removed.values())), 0)
        for name in removed:
            del self.model[name]
        self.old &= referenced
        return multiple()

    @invariant()
    def equals_the_model(self) -> None:
        assert {name: self.store.read_verified(name) for name, _, _ in self.store.iter_blobs()} == self.model
        assert len(list((self.folder / "incoming").iterdir())) == len(self.pending)


TestStore = StoreMachine.TestCase
TestStore.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
