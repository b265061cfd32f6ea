"""Which scope each operation needs, read off the routes themselves: so the table is complete. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from service.access.bearer import Scope


@dataclass(frozen=True, slots=True)
class Entitlement:
    """Who may call an operation; `scopes` None: anybody, without a key. `documented`: it is part of the API."""

    method: str
    path: str
    scopes: frozenset[Scope] | None
    documented: bool


def entitlements(app: FastAPI) -> list[Entitlement]:
    """List every operation of an app, pages included, with the scopes of which a key needs one."""
    found = [one.original_route for one in iter_route_contexts(app.routes)]
    return [
        Entitlement(method, route.path, scopes_of(route.dependant), route.include_in_schema)
        for route in found
        if isinstance(route, APIRoute)
        for method in sorted(route.methods or ())
    ]


def scopes_of(dependant: Dependant) -> frozenset[Scope] | None:
    """Give the scopes that an endpoint's dependencies demand, None where they demand no key."""
    needed: frozenset[Scope] | None = getattr(dependant.call, "scopes", None)
    for inner in dependant.dependencies:
        found = scopes_of(inner)
        if found is not None:
            needed = found if needed is None else needed & found
    return needed
