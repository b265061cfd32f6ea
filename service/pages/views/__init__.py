"""What each page shows, as frozen values, and the JSON that says the same. Pure.

Everywhere: ids and hashes are text (`0x` and lower-case digits; token and edition ids decimal; accounts EIP-55), times
are Unix seconds UTC (a page shows them in Asia/Shanghai), block and record numbers are whole numbers, lengths of time
are seconds, sizes are bytes. Strings that came from outside are given as they are: the templates escape them.
"""

from __future__ import annotations

from service.pages.views.evidence import CheckView, SealedBy, Since, VerdictView
from service.pages.views.finding import HomePage, InstitutionCard, SearchPage, SearchResult
from service.pages.views.history import HistoryEntryView, HistoryView
from service.pages.views.page import AsOf, Bilingual, Fact, FileView, Media, Name, Page, Party, Stale, as_json
from service.pages.views.reference import Call, Chapter, Parameter, ReferencePage
from service.pages.views.running import AcceptPage, ErrorPage, OperationPage, Step, VerifyPage, VerifyResult
from service.pages.views.signing_in import SignInPage
from service.pages.views.things import (
    CollectiblePage,
    CollectionCard,
    CollectionPage,
    EditionView,
    HistoryPage,
    Holder,
    InstitutionPage,
    Label,
    LabelSheet,
    Loan,
    MayView,
    PolicyView,
    Serial,
    WorkPage,
)

__all__ = [
    "AcceptPage",
    "AsOf",
    "Bilingual",
    "Call",
    "Chapter",
    "CheckView",
    "CollectiblePage",
    "CollectionCard",
    "CollectionPage",
    "EditionView",
    "ErrorPage",
    "Fact",
    "FileView",
    "HistoryEntryView",
    "HistoryPage",
    "HistoryView",
    "Holder",
    "HomePage",
    "InstitutionCard",
    "InstitutionPage",
    "Label",
    "LabelSheet",
    "Loan",
    "MayView",
    "Media",
    "Name",
    "OperationPage",
    "Page",
    "Parameter",
    "Party",
    "PolicyView",
    "ReferencePage",
    "SealedBy",
    "SearchPage",
    "SearchResult",
    "Serial",
    "SignInPage",
    "Since",
    "Stale",
    "Step",
    "VerdictView",
    "VerifyPage",
    "VerifyResult",
    "WorkPage",
    "as_json",
]
