"""What each error of the contracts means to a person, Chinese and English. Pure; a test compares it with the ABIs.

`{name}` is the argument of that name; those that are times are written in Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Sentence(NamedTuple):
    """The two forms."""

    zh: str
    en: str


SENTENCES: Mapping[str, Sentence] = {
    "AcceptanceMissing": Sentence("受赠人尚未签署接受。", "The receiver has not signed an acceptance."),
    "AccountKnown": Sentence("账户 {account} 已登记。", "The account {account} is registered already."),
    "AccountMalformed": Sentence(
        "账户登记的 {field} 不合规则。", "The registration's {field} breaks a rule."
    ),
    "AccountNotSuspended": Sentence("账户 {account} 未被暂停。", "The account {account} is not suspended."),
    "AccountReplacedBefore": Sentence(
        "账户 {account} 已由 {replacedBy} 接替。", "The account {account} was replaced by {replacedBy}."
    ),
    "AccountUnderSuspension": Sentence(
        "账户 {account} 已暂停至 {until}。", "The account {account} is suspended until {until}."
    ),
    "AccountUnknown": Sentence("账户 {account} 未登记。", "The account {account} is not registered."),
    "AgreementMissing": Sentence("须给出协议的摘要。", "The digest of the agreement is missing."),
    "AmendmentStale": Sentence(
        "更正次数已变：预期 {expected} 次，现为 {current} 次；请核对后重新提交。",
        "It was amended meanwhile: {expected} amendments expected, there are {current}; check and ask again.",
    ),
    "AmendmentTooLate": Sentence(
        "该权利项已被分割或许可，不能再更正范围。",
        "This estate was divided or granted of; its scope cannot be entered otherwise any more.",
    ),
    "AnchorKnown": Sentence("该批量存证已存在。", "This anchor is deposited already."),
    "AnchorProofInvalid": Sentence("批量存证的证明不成立。", "The proof does not lead to the anchor."),
    "AnchorUnknown": Sentence("该存证人没有这一批量存证。", "This depositor has no such anchor."),
    "ApprovalsRefused": Sentence(
        "不支持授权他人代为转移。", "Nobody can be approved to move it for another."
    ),
    "AttestationConfirmedBefore": Sentence(
        "{party} 已确认过这份见证。", "{party} confirmed this attestation before."
    ),
    "AttestationUnknown": Sentence(
        "没有为 {party} 作过这份见证。", "Nothing was attested for {party} about this."
    ),
    "BacklogClosed": Sentence(
        "既有合同的补录已于 {until} 截止。", "Older contracts could be recorded until {until}."
    ),
    "BacklogTooLong": Sentence(
        "既有合同的补录期最晚到 {most}。", "Older contracts can be recorded until {most} at the latest."
    ),
    "CallerUnknown": Sentence("调用方不在名单中。", "The caller is not one of those named."),
    "CannotAct": Sentence("账户 {account} 目前不能行事。", "The account {account} may not act now."),
    "CannotConsent": Sentence(
        "账户 {account} 未登记或已暂停，不能表示同意。",
        "The account {account} is unknown or suspended, so it cannot agree.",
    ),
    "CannotIssue": Sentence("账户 {account} 不能发行。", "The account {account} may not issue."),
    "CannotRegister": Sentence("账户 {account} 不能存证。", "The account {account} may not deposit works."),
    "CapOutOfRange": Sentence(
        "版次上限 {cap} 超出范围（{least} 至 {most}）。", "The cap {cap} is out of range ({least} to {most})."
    ),
    "CheckpointTooEarly": Sentence(
        "距上次检查点过近，{notBefore} 之后方可。", "Too soon after the last checkpoint; from {notBefore} on."
    ),
    "ClaimOverlaps": Sentence(
        "所主张的范围与已有权利项 {estateId} 重叠。", "What is claimed overlaps the estate {estateId}."
    ),
    "ClaimsReached": Sentence("该作品的权利主张已达 {most} 项上限。", "The work has its {most} claims."),
    "ClaimsUnacknowledged": Sentence(
        "同一文件已有 {claims} 项存证，请求只知晓 {acknowledged} 项；请查看后重新提交。",
        "There are {claims} claims to the same bytes, the request knows of {acknowledged}; look at them and ask again.",
    ),
    "CollectionKnown": Sentence("该系列已存在。", "This collection exists already."),
    "CollectionUnknown": Sentence("没有这一系列。", "There is no such collection."),
    "ConfirmationMissing": Sentence("另一治理方尚未确认。", "The other governor has not confirmed."),
    "ConsentExpired": Sentence(
        "同意的有效期已于 {deadline} 届满。", "What was agreed to was good until {deadline}."
    ),
    "ConsentTakenBack": Sentence(
        "账户 {account} 已撤回同意。", "The account {account} took its consent back."
    ),
    "ConsentsMismatch": Sentence(
        "同意人不符：第 {place} 位（从 0 起）应为 {expected}。",
        "The consents are not those needed: at place {place}, from 0, should be {expected}.",
    ),
    "ContestStands": Sentence("账户 {by} 的异议尚未撤回。", "A contest by {by} stands."),
    "ContestUnknown": Sentence("账户 {by} 没有异议。", "There is no contest by {by}."),
    "CorrectsUnknown": Sentence(
        "所更正的法律依据不存在。", "The order that is to be corrected is not there."
    ),
    "CustodyNotKept": Sentence(
        "账户 {account} 并非代管账户。", "The key of the account {account} is not a kept one."
    ),
    "CutMalformed": Sentence(
        "切分的第 {place} 处（从 0 起）为空、越界或顺序不对。",
        "The cut is empty, outside the estate or out of order at place {place}, from 0.",
    ),
    "DelayOutOfRange": Sentence("延迟 {delay} 秒超出范围。", "A delay of {delay} seconds is out of range."),
    "DistributedBefore": Sentence("该藏品已经发放。", "The collectible was handed out before."),
    "ERC7943CannotReceive": Sentence(
        "账户 {account} 目前不能接收。", "The account {account} may not receive now."
    ),
    "ERC7943CannotSend": Sentence("账户 {account} 目前不能转赠。", "The account {account} may not give now."),
    "ERC7943CannotTransfer": Sentence(
        "目前不能由 {from} 转给 {to}。", "It cannot go from {from} to {to} now."
    ),
    "ERC7943InsufficientUnfrozenBalance": Sentence(
        "该藏品限制转赠中。", "Gifts of this collectible are restricted."
    ),
    "EditionKnown": Sentence("该版次已开立。", "This edition is open already."),
    "EditionUnknown": Sentence("没有这一版次。", "There is no such edition."),
    "EstateGone": Sentence(
        "权利项 {estateId} 已被分割或合并。", "The estate {estateId} was split or merged."
    ),
    "EstateNotHeld": Sentence("权利项 {estateId} 未被限制。", "The estate {estateId} is not restricted."),
    "EstateUnderHold": Sentence(
        "权利项 {estateId} 限制变动至 {until}。", "The estate {estateId} is restricted until {until}."
    ),
    "EstateUnknown": Sentence("没有权利项 {estateId}。", "There is no estate {estateId}."),
    "GasExhausted": Sentence(
        "执行所需的计算量超出一笔交易的上限。", "It takes more gas than one transaction may have."
    ),
    "GiftToSelf": Sentence("不能转赠给自己。", "It cannot be given to its own holder."),
    "GiftsPerDayReached": Sentence(
        "该账户今日在本系列的转赠已达 {limit} 次上限。",
        "The account has made its {limit} gifts of this collection today.",
    ),
    "GrantClashes": Sentence(
        "与现行许可 {grantId} 冲突。", "It clashes with the grant {grantId}, which is in force."
    ),
    "GrantKnown": Sentence("许可 {grantId} 已存在。", "The grant {grantId} exists already."),
    "GrantNotHeld": Sentence("许可 {grantId} 未被限制。", "The grant {grantId} is not restricted."),
    "GrantOver": Sentence("许可 {grantId} 已经结束。", "The grant {grantId} is over."),
    "GrantRevisionStale": Sentence(
        "许可 {grantId} 已有变动：同意的是第 {agreed} 版，现为第 {current} 版；请核对后重新征得同意。",
        "The grant {grantId} changed meanwhile: revision {agreed} was agreed on, it is {current}; look at it and "
        "ask for consent again.",
    ),
    "GrantUnderHold": Sentence(
        "许可 {grantId} 限制变动至 {until}。", "The grant {grantId} is restricted until {until}."
    ),
    "GrantUnknown": Sentence("没有许可 {grantId}。", "There is no grant {grantId}."),
    "GrantorsMismatch": Sentence(
        "所列权利项与许可 {grantId} 余下部分所在的权利项不一致。",
        "The estates named are not exactly those in which what is left of the grant {grantId} lies.",
    ),
    "GrantsReached": Sentence(
        "现行许可已达 {most} 项上限。", "There are {most} grants in force, the most there can be."
    ),
    "HoldingPeriod": Sentence(
        "持有期未满，{until} 起可转赠。", "Within the holding period; it can be given from {until} on."
    ),
    "IntentExpired": Sentence(
        "签署的有效期已于 {deadline} 届满。", "What was signed was good until {deadline}."
    ),
    "LastGovernor": Sentence("不能撤销该类最后一位治理方。", "The last governor of a kind is not revoked."),
    "LegalBasisRequired": Sentence(
        "没有有效且由另一方备案的法律依据。",
        "No order that is filed, not expired and by another hand demands this.",
    ),
    "LentBefore": Sentence("该藏品已借出至 {until}。", "It is lent until {until}."),
    "LoanRefused": Sentence("不能借阅至 {until}。", "It cannot be lent until {until}."),
    "ManifestUnchanged": Sentence("更正前后的内容相同。", "The new reading is the same as the present one."),
    "NoSuchCondition": Sentence(
        "许可 {grantId} 没有约定可由许可人单方终止的条件。",
        "The grant {grantId} has no condition on which the grantor may end it alone.",
    ),
    "NonceUsed": Sentence("该签署已使用或已撤回。", "What was signed was used or taken back before."),
    "NotAlone": Sentence(
        "权利项 {estateId} 的共同著作权人单独许可时，{field} 超出约定。",
        "One owner of the estate {estateId} alone may grant less: {field} goes beyond that.",
    ),
    "NotDistributed": Sentence(
        "该藏品尚未发放，不能转赠。", "It was never handed out, so it cannot be given."
    ),
    "NotEntitled": Sentence(
        "账户 {caller} 无权进行此操作。", "The account {caller} is not entitled to this."
    ),
    "NotGrants": Sentence("调用方不是许可合约。", "The caller is not the contract of grants."),
    "NotHolder": Sentence("账户 {account} 不是该藏品的持有人。", "The account {account} does not hold it."),
    "NotIssuer": Sentence(
        "账户 {caller} 不是该系列的发行方。", "The account {caller} is not the collection's issuer."
    ),
    "NotMergeable": Sentence(
        "权利项 {first} 与 {second} 不能合并：须同一作品、同一权利人，只在一个方面不同且合为一整块。",
        "The estates {first} and {second} cannot be merged: they must be of one work and the same owners, differ "
        "along one axis alone and be one box together.",
    ),
    "NotRegistrant": Sentence(
        "账户 {caller} 不是该作品的存证人。", "The account {caller} did not deposit this work."
    ),
    "NotRegistry": Sentence("调用方不是权利合约。", "The caller is not one of the contracts of rights."),
    "NotSublicensable": Sentence(
        "许可 {parentId} 不可转授权。", "The grant {parentId} may not be sub-licensed."
    ),
    "NothingToRecover": Sentence(
        "该藏品无需随账户变更。", "There is nothing to recover: its holder was not replaced."
    ),
    "NoticeTooShort": Sentence(
        "通知期不足：最早可于 {earliest} 终止许可 {grantId}。",
        "The notice is too short: the grant {grantId} can end on {earliest} at the earliest.",
    ),
    "OfferMalformed": Sentence("许可的 {field} 不合规则。", "The grant's {field} breaks a rule."),
    "OnlySelf": Sentence("该入口仅供合约内部使用。", "Only the contract itself calls this."),
    "OrderAlreadyFiled": Sentence("该法律依据已备案。", "This order is filed already."),
    "OrderExpired": Sentence("该法律依据已于 {expires} 失效。", "The order expired at {expires}."),
    "OrderMalformed": Sentence("法律依据的 {field} 不合规则。", "The order's {field} breaks a rule."),
    "OrderNotPending": Sentence("该法律依据不在待执行状态。", "The order is not pending."),
    "OrderPending": Sentence("已有同类法律依据待执行。", "Another order of this kind is pending."),
    "OutsideEstate": Sentence(
        "许可的范围超出权利项 {estateId}。", "The grant reaches outside the estate {estateId}."
    ),
    "OutsideParent": Sentence(
        "转授权的范围超出许可 {parentId}。", "The sub-licence reaches outside the grant {parentId}."
    ),
    "OwnershipMalformed": Sentence(
        "权利人及其份额的 {field} 不合规则。", "The ownership's {field} breaks a rule."
    ),
    "OwnershipUnchanged": Sentence(
        "权利项 {estateId} 的权利人没有变化。", "The owners of the estate {estateId} would stay as they are."
    ),
    "PartiesReached": Sentence(
        "须同意的各方超过 {most} 方上限。", "More than {most} parties would have to agree."
    ),
    "PartsIncomplete": Sentence(
        "切分后各部分没有覆盖权利项 {estateId} 的全部。",
        "The parts leave something of the estate {estateId} out.",
    ),
    "PartsOverlap": Sentence(
        "切分的第 {place} 部分（从 0 起）与前面的部分重叠。", "Part {place}, from 0, overlaps one before it."
    ),
    "PartyHasKey": Sentence(
        "{party} 自有密钥，须本人签署，不能以纸面见证代替。",
        "{party} has a key of its own, so a paper cannot stand for its signature.",
    ),
    "PolicyMalformed": Sentence("系列规则的 {field} 不合规则。", "The policy's {field} breaks a rule."),
    "PolicyVersionStale": Sentence(
        "系列规则版本已变：预期 {expected}，现为 {current}；请核对后重新提交。",
        "The policy changed meanwhile: version {expected} expected, it is {current}; check and ask again.",
    ),
    "PredecessorForeign": Sentence(
        "{registry} 不属于所接续的账本。", "{registry} does not belong to the ledger that is continued."
    ),
    "PredecessorMalformed": Sentence("前一账本的说明不完整。", "The predecessor is stated in part only."),
    "ProposalPending": Sentence("该任命已在提议中。", "This role is proposed already."),
    "ProposalTooEarly": Sentence(
        "任命 {effectiveAt} 起方可生效。", "The role can be taken from {effectiveAt} on."
    ),
    "ProposalUnknown": Sentence("没有这项任命提议。", "There is no such proposal."),
    "ReasonMissing": Sentence("须写明理由。", "A reason is required."),
    "ReceiverRefused": Sentence(
        "该系列不允许此类账户接收。", "The collection does not allow this kind of receiver."
    ),
    "RecoveryPending": Sentence("该账户已有找回申请。", "A recovery of the account is pending."),
    "RecoveryTooEarly": Sentence(
        "等待期未满，{earliest} 起可确认。",
        "Within the waiting time; it can be confirmed from {earliest} on.",
    ),
    "RecoveryUnknown": Sentence("该账户没有找回申请。", "No recovery of the account is pending."),
    "RevisionStale": Sentence(
        "权利项 {estateId} 已有变动：同意的是第 {agreed} 版，现为第 {current} 版；请核对后重新征得同意。",
        "The estate {estateId} changed meanwhile: revision {agreed} was agreed on, it is {current}; look at it and "
        "ask for consent again.",
    ),
    "RightsNotHeld": Sentence("该作品的权利未被限制。", "The rights of this work are not restricted."),
    "RightsUnderHold": Sentence(
        "该作品的权利限制变动至 {until}。", "The rights of this work are restricted until {until}."
    ),
    "RoleMalformed": Sentence("该账户不能担任这一角色。", "This account cannot have this role."),
    "RoleMissing": Sentence(
        "账户 {account} 不具备所需角色。", "The account {account} does not have the role it takes."
    ),
    "RoleTaken": Sentence("账户 {account} 已有其他角色。", "The account {account} has another role."),
    "SameHand": Sentence("须由两个不同的账户经手。", "It takes two different hands."),
    "ScopeMalformed": Sentence("范围的 {field} 不合规则。", "The scope's {field} breaks a rule."),
    "SelfGrant": Sentence(
        "许可人与被许可人不能是同一账户 {account}。", "{account} cannot be grantor and licensee at once."
    ),
    "SerialOutOfRange": Sentence(
        "编号 {serial} 超出版次上限 {cap}。", "The serial {serial} is beyond the edition's cap of {cap}."
    ),
    "SignatureInvalid": Sentence(
        "账户 {signer} 的签名无效。", "The signature of the account {signer} is not valid."
    ),
    "SourceMalformed": Sentence("记录来源名单有误。", "The list of sources is malformed."),
    "SourceUnknown": Sentence("调用方不是账本的记录来源。", "The caller is no source of the ledger."),
    "StrongerThanParent": Sentence(
        "转授权不能强于许可 {parentId}。",
        "A sub-licence cannot be of a stronger kind than the grant {parentId}.",
    ),
    "SubjectRepeated": Sentence("同一对象被重复列出。", "A subject is named twice."),
    "SubjectsMissing": Sentence("记录没有对象。", "The record names no subject."),
    "SublicencesOutside": Sentence(
        "许可 {grantId} 的转授权会落在其范围之外。",
        "Sub-licences of the grant {grantId} would be left outside it.",
    ),
    "TokenAnnulled": Sentence("该藏品已作废。", "The collectible was struck out."),
    "TokenHeld": Sentence(
        "该藏品限制转赠至 {until}。", "Gifts of this collectible are restricted until {until}."
    ),
    "TokenKnown": Sentence("该编号的藏品已生成。", "The collectible of this serial exists already."),
    "TokenNotHeld": Sentence("该藏品未被限制转赠。", "Gifts of this collectible are not restricted."),
    "TokenUnknown": Sentence("没有这一藏品。", "There is no such collectible."),
    "TooDeep": Sentence("转授权的层级过多。", "There are too many levels of sub-licences."),
    "TransfersRefused": Sentence(
        "权利项只能经各方同意的转让或依法变更，不支持直接转移。",
        "Estates move by an assignment that all agreed to, or by order, and by no other transfer.",
    ),
    "UntilOutOfRange": Sentence(
        "终止日 {until} 超出范围（{least} 至 {most}）。",
        "The end {until} is out of range ({least} to {most}).",
    ),
    "WaitOutOfRange": Sentence(
        "等待期 {wait} 秒超出范围。", "A waiting time of {wait} seconds is out of range."
    ),
    "WorkGone": Sentence("该作品的存证已撤回。", "The work was withdrawn."),
    "WorkKindRefused": Sentence("该系列不发行此类作品。", "The collection does not issue this kind of work."),
    "WorkKnown": Sentence("该作品已存证。", "This work is deposited already."),
    "WorkMalformed": Sentence("作品存证的 {field} 不合规则。", "The deposit's {field} breaks a rule."),
    "WorkUnknown": Sentence("没有这一作品。", "There is no such work."),
}

TIMES = frozenset(("until", "deadline", "earliest", "effectiveAt", "expires", "notBefore"))

DAYS = frozenset(("until", "earliest", "least", "most"))
"""Arguments that are days, counted from 1970-01-01 in UTC+8, where they have 32 bits."""
