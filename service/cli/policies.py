"""`qianyin collection policy`: which kinds of work a collection issues, widened by a new version of its policy."""

from __future__ import annotations

import argparse
from dataclasses import replace

from service.cli.acting import add_act, ask
from service.cli.opening import Verbs, hash_word, installation_of, tell
from service.errors import NotFound
from service.files.description import Kind


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    verb = verbs.add_parser("collection", help="change what a collection issues")
    acts = verb.add_subparsers(dest="act", metavar="ACT", required=True)
    policy = acts.add_parser("policy", help="let a collection issue further kinds of work; the rest stays")
    policy.add_argument("collection", type=hash_word, metavar="ID", help="of the collection")
    kinds = [kind.value for kind in Kind]
    policy.add_argument(
        "--allow", action="append", required=True, choices=kinds, help="a kind that it issues, too"
    )
    add_act(policy)
    policy.set_defaults(run=run_policy)


def run_policy(arguments: argparse.Namespace) -> int:
    """Set the next version of a collection's policy, with further kinds of work."""
    from service.issuing.deposits import work_kind
    from service.outbox.requests import SetPolicy
    from service.reading.open import context

    kinds = 0
    for kind in arguments.allow:
        kinds |= 1 << work_kind(Kind(kind))
    with installation_of(arguments) as installation:
        with context(installation) as one:
            known = one.view.collection(arguments.collection)
        if known is None:
            raise NotFound(
                "unknown-collection", "没有这个系列，或尚未生效。", "There is no such collection, or not yet."
            )
        found = known.state
        present = found.policies[-1]
        wider = replace(present, work_kinds=present.work_kinds | kinds)
        if wider == present:
            said = {"changed": False, "version": len(found.policies)}
            tell(arguments, said, "已可发行这些类别，无须更改 / it issues these kinds already")
            return 0
        return ask(arguments, installation, SetPolicy(found.collection_id, len(found.policies) + 1, wider))
