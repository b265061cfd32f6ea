"""Fields in words, Chinese and English: what is wrong with one in an error, what one of a request is called.

Pure; tests read the contracts and the requests. `{name}` is an argument of the error, as in `service.outbox.sentences`,
whose sentence is said of a field that is not here: one of contracts that this version does not know.
"""

from __future__ import annotations

from collections.abc import Mapping

from service.outbox.sentences import Sentence

_ACCOUNT: Mapping[str, Sentence] = {
    "account": Sentence("账户登记没有写明账户。", "The registration names no account."),
    "codeHash": Sentence(
        "账户登记的合约代码摘要与账户不符。",
        "The digest of the contract's code in the registration is not that of the account.",
    ),
    "commitment": Sentence(
        "账户登记缺少实名登记的承诺值。", "The registration lacks the commitment to the real name."
    ),
    "custody": Sentence(
        "账户登记的密钥保管方式不在规定之列。", "The registration's way of keeping the key is none there is."
    ),
    "evidence": Sentence(
        "找回账户须给出依据材料的摘要。", "To recover an account takes the digest of the evidence."
    ),
    "kind": Sentence(
        "账户登记的账户类别不在规定之列。", "The registration's kind of account is none there is."
    ),
    "method": Sentence(
        "账户登记没有写明实名核验方式。", "The registration does not say how the person was verified."
    ),
    "replacement": Sentence(
        "接替的账户未写明，或是合约账户。", "The account that replaces it is missing, or is a contract."
    ),
    "verifiedAt": Sentence(
        "账户登记的核验时间未写明，或在将来。",
        "The registration does not say when the person was verified, or says a time to come.",
    ),
    "verifier": Sentence(
        "账户登记没有写明核验方。", "The registration does not say who verified the person."
    ),
}
_ALONE: Mapping[str, Sentence] = {
    "kind": Sentence(
        "权利项 {estateId} 的一名共同著作权人只能单独给予普通许可；这种许可种类须全体同意。",
        "One joint owner of the estate {estateId} may alone give non-exclusive grants only; a grant of this kind takes "
        "all owners.",
    ),
    "longest": Sentence(
        "权利项 {estateId} 的共同著作权人单独许可的期限（起日至截止日）超过所约定的最长天数。",
        "The days of this grant are more than one owner of the estate {estateId} may grant alone.",
    ),
    "owner": Sentence(
        "单独许可的账户不是权利项 {estateId} 的共同著作权人。",
        "Who would grant it alone is no joint owner of the estate {estateId}.",
    ),
    "quota": Sentence(
        "权利项 {estateId} 的这名共同著作权人单独给予的许可已达所约定的项数。",
        "This owner has given as many grants of the estate {estateId} alone as were agreed.",
    ),
    "sublicensable": Sentence(
        "权利项 {estateId} 的一名共同著作权人单独给予的许可不得可转授权。",
        "What one owner of the estate {estateId} grants alone may not be sub-licensed.",
    ),
}
_OFFER: Mapping[str, Sentence] = {
    "agreement": Sentence("许可没有给出协议的摘要（SHA-256）。", "The digest of the agreement is missing."),
    "agreementCid": Sentence(
        "许可没有给出协议的内容标识（CID）。", "The content identifier (CID) of the agreement is missing."
    ),
    "ground": Sentence(
        "终止的理由须为各方协议或所约定的条件。", "A grant is ended by agreement, or on a condition of it."
    ),
    "kind": Sentence(
        "许可种类须为专有、排他、普通之一。", "The kind of grant is exclusive, sole or non-exclusive."
    ),
    "licensee": Sentence("许可没有写明被许可人。", "The grant names no licensee."),
    "parentId": Sentence(
        "须写明许可出自哪一权利项，或是哪一许可的转授权，二者取一。",
        "A grant is of an estate or, as a sub-licence, of a grant: of one of the two.",
    ),
    "signedOn": Sentence(
        "签订日不早于权利主张之日；只有在主张之前签订的既有合同才能补录。",
        "The contract was not signed before the estate was claimed; only older ones are recorded afterwards.",
    ),
    "until": Sentence("许可的截止日已过。", "The last day of the grant is over."),
}
_ORDER: Mapping[str, Sentence] = {
    "authority": Sentence(
        "法律依据没有写明作出机关，或其名称超过 128 字节。",
        "The order names no authority, or one of more than 128 bytes.",
    ),
    "effectUntil": Sentence(
        "法律依据的措施止期不对：限制类措施须在将来三年之内，其他措施没有止期。",
        "A restriction by order ends within three years to come, and no other measure has an end.",
    ),
    "expires": Sentence(
        "法律依据的失效时间须在将来三年之内。", "The order has to expire within three years to come."
    ),
    "measure": Sentence("法律依据没有写明措施。", "The order names no measure."),
    "occurredAt": Sentence(
        "法律依据的作出时间未写明，或在将来。",
        "The order does not say when it was made, or says a time to come.",
    ),
    "orderHash": Sentence("法律依据没有给出文书的摘要。", "The digest of the order's document is missing."),
    "reason": Sentence("撤回法律依据须写明事由代码。", "To withdraw an order takes a reason code."),
    "reasonCode": Sentence("法律依据没有写明事由代码。", "The order has no reason code."),
    "target": Sentence("法律依据没有写明对象。", "The order does not say what it is about."),
    "to": Sentence(
        "依法变更持有人须写明新的持有人，其他措施不得写。",
        "A change of holder by order names the new holder, and no other measure does.",
    ),
}
_OWNERSHIP: Mapping[str, Sentence] = {
    "owners": Sentence(
        "权利人须有 1 至 50 名，且不得重复或空缺。",
        "There are 1 to 50 owners, none named twice or left blank.",
    ),
    "parts": Sentence(
        "每名权利人须各有一个大于零的份额。", "Every owner has a part of its own, greater than zero."
    ),
}
_POLICY: Mapping[str, Sentence] = {
    "firstHolding": Sentence(
        "系列规则的首次持有期长于上限 720 天。", "The policy's first holding period is longer than 720 days."
    ),
    "giftsPerDay": Sentence(
        "系列规则的每日转赠次数须至少为 1。", "The policy has to allow at least one gift a day."
    ),
    "longestLoan": Sentence(
        "系列规则的最长借阅期长于上限 720 天。", "The policy's longest loan is longer than 720 days."
    ),
    "nextHolding": Sentence(
        "系列规则的再次持有期长于上限 720 天。", "The policy's next holding period is longer than 720 days."
    ),
    "receivers": Sentence(
        "系列规则没有写明可接收的账户类别，或含有不存在的类别。",
        "The policy names no kind of account that may receive, or one that there is not.",
    ),
    "version": Sentence(
        "系列规则的版本数已达上限。", "The collection's policy has as many versions as there can be."
    ),
    "workKinds": Sentence(
        "系列规则没有写明可发行的作品类别，或含有不存在的类别。",
        "The policy names no kind of work that may be issued, or one that there is not.",
    ),
}
_SCOPE: Mapping[str, Sentence] = {
    "languages": Sentence(
        "范围没有写明语言；许可的语言须逐一有代码，不能写“一切”（*）。",
        "The scope names no language; those of a grant have codes, and are not everything (*).",
    ),
    "media": Sentence(
        "范围没有写明媒介；许可的媒介须逐一有代码，不能写“一切”（*）。",
        "The scope names no medium; those of a grant have codes, and are not everything (*).",
    ),
    "moralRights": Sentence(
        "没有写明人身权，或含有不存在的人身权。", "No moral right is named, or one that there is not."
    ),
    "rights": Sentence(
        "范围没有写明财产权，或含有不存在的权利。", "The scope names no right, or one that there is not."
    ),
    "statement": Sentence(
        "人身权声明没有给出文件的摘要。", "The digest of the statement on moral rights is missing."
    ),
    "territories": Sentence(
        "范围没有写明地域；许可的国家/地区须逐一有代码，不能写“一切”（*）。",
        "The scope names no territory; those of a grant have codes, and are not everything (*).",
    ),
    "until": Sentence("范围的截止日早于起始日。", "The scope ends before it begins."),
}
_WORK: Mapping[str, Sentence] = {
    "fileDigest": Sentence("作品存证没有给出文件的摘要。", "The digest of the work's file is missing."),
    "kind": Sentence("作品存证的作品类别不在规定之列。", "The deposit's kind of work is none there is."),
    "leaves": Sentence("批量存证没有写明作品数。", "The anchor does not say of how many works it is."),
    "manifestDigest": Sentence(
        "作品存证没有给出内容清单的摘要。", "The digest of the deposit's manifest is missing."
    ),
    "root": Sentence("批量存证没有给出根摘要。", "The root of the anchor is missing."),
}

FIELDS: Mapping[str, Mapping[str, Sentence]] = {
    "AccountMalformed": _ACCOUNT,
    "NotAlone": _ALONE,
    "OfferMalformed": _OFFER,
    "OrderMalformed": _ORDER,
    "OwnershipMalformed": _OWNERSHIP,
    "PolicyMalformed": _POLICY,
    "ScopeMalformed": _SCOPE,
    "WorkMalformed": _WORK,
}
"""By error, and by the field that it names."""

_CALLED = {
    "account_signature": ("原账户的签名", "signature of the old account"),
    "acknowledged_claims": ("已知晓的同一文件存证数", "number of deposits of the same file"),
    "anchor_proof": ("批量存证的证明", "proof of the anchor"),
    "authority": ("作出机关", "authority"),
    "axis": ("分割所沿的方面", "axis of the cut"),
    "backlog_until": ("既有合同的补录截止日", "day until which older contracts are recorded"),
    "cap": ("版次上限", "cap of the edition"),
    "confirmation": ("见证的确认签名", "signature that confirms an attestation"),
    "consents": ("同意", "consents"),
    "custody": ("密钥保管方式", "way of keeping the key"),
    "cuts": ("分割的各部分", "parts of the cut"),
    "deadline": ("有效期限", "deadline"),
    "edition_id": ("版次标识", "id of the edition"),
    "effect_until": ("措施的止期", "end of the measure"),
    "estate_id": ("权利项标识", "id of the estate"),
    "estate_ids": ("所列权利项", "estates that are named"),
    "expected_amendments": ("预期的更正次数", "number of amendments expected"),
    "expires": ("法律依据的失效时间", "expiry of the order"),
    "first_holding": ("首次持有期", "first holding period"),
    "from_": ("起始日", "first day"),
    "gifts_per_day": ("每日转赠次数", "gifts a day"),
    "ground": ("终止的理由", "ground of the termination"),
    "kind": ("种类", "kind"),
    "languages": ("语言", "languages"),
    "leaves": ("批量存证的作品数", "number of works of the anchor"),
    "longest": ("单独许可的最长天数", "most days of a grant by one owner alone"),
    "longest_loan": ("最长借阅期", "longest loan"),
    "measure": ("措施", "measure"),
    "media": ("媒介", "media"),
    "moral_rights": ("人身权", "moral rights"),
    "next_holding": ("再次持有期", "next holding period"),
    "nonce": ("签署的一次性编号", "number that makes the signature unrepeatable"),
    "notice_days": ("终止通知的天数", "days of notice"),
    "number": ("版次号", "number of the edition"),
    "occurred_at": ("法律依据的作出时间", "time of the order"),
    "owners": ("权利人", "owners"),
    "parts": ("权利人的份额", "parts of the owners"),
    "quota": ("单独许可的项数", "number of grants by one owner alone"),
    "reason": ("理由", "reason"),
    "receivers": ("可接收的账户类别", "kinds of account that may receive"),
    "replacement_signature": ("接替账户的签名", "signature of the account that replaces it"),
    "revision": ("所同意的版本", "revision agreed on"),
    "revisions": ("所同意的各版本", "revisions agreed on"),
    "rights": ("财产权", "rights"),
    "role": ("角色", "role"),
    "serial": ("编号", "serial"),
    "signature": ("签名", "signature"),
    "signed_on": ("签订日", "day of signing"),
    "since": ("提出时的账本记录数", "count of the ledger when it was asked"),
    "size": ("文件大小", "size of the file"),
    "territories": ("地域", "territories"),
    "token_id": ("数字藏品标识", "id of the collectible"),
    "until": ("截止日", "end"),
    "verified_at": ("核验时间", "time of the verification"),
    "version": ("系列规则的版本", "version of the policy"),
    "work_kinds": ("可发行的作品类别", "kinds of work that may be issued"),
}


def called(name: str) -> Sentence:
    """Give what a field of a request is called; one that is not here goes by its own name."""
    return Sentence(*_CALLED.get(name, (name, name)))
