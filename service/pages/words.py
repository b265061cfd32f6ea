"""Every word that a page says, in Chinese and English, under one key each. Pure.

Placeholders are those of `str.format`. A key that ends in `.one` is the singular of its neighbour. The words follow the
project's vocabulary: what is not to be said is listed in the tests.
"""

from __future__ import annotations

from service.files.facts import FACTS
from service.pages.language import Lang, spelled
from service.pages.rights_words import RIGHTS_WORDS

WORDS: dict[str, tuple[str, str]] = RIGHTS_WORDS | {
    # the house
    "name": ("钤印", "Qianyin"),
    "name.reading": ("钤印", "Qianyin 钤印"),
    "slogan": ("记录可自行核验", "Check it yourself"),
    "skip": ("跳到正文", "Skip to the content"),
    "nav": ("主导航", "Main"),
    "nav.verify": ("核验文件", "Check a file"),
    "nav.collections": ("系列", "Collections"),
    "nav.institutions": ("机构", "Institutions"),
    "nav.language": ("English", "中文"),
    "nav.language.long": ("Read this page in English", "用中文阅读本页"),
    "demo": ("演示", "Demo"),
    "demo.note": (
        "演示环境：名称、机构与编号均为虚构。",
        "A demonstration: names, institutions and numbers are made up.",
    ),
    "test_verifier": ("测试核验", "Test verifier"),
    "test_verifier.note": (
        "本页有一方的实名登记由测试核验方完成，未核对真实身份。",
        (
            "The registration of a party on this page was made "
            "by the test verifier; no real identity was looked at."
        ),
    ),
    "as_of": ("截至第 {block} 块", "As of block {block}"),
    "settling": (
        "最近的记录尚未定局，可能还会改变次序。",
        "The latest records are not settled yet and may still change order.",
    ),
    "zone": ("时间均为北京时间（UTC+8）。", "All times are Beijing time (UTC+8)."),
    "zone.short": ("北京时间", "Beijing time"),
    "stale.replaced": (
        (
            "已定局的历史曾被替换。两份区块头均已保存，证书暂停出具，等待运营方说明。"
            "本页停在第 {block} 块（{since}），其后的变动没有显示。"
        ),
        (
            "Settled history was replaced. Both headers are kept, and no certificates are issued until the "
            "operator has explained. This page stands at block {block} ({since}) and shows nothing later."
        ),
    ),
    "stale.behind": (
        "自 {since} 起索引落后于链：本页截至第 {block} 块，链上已有第 {newest} 块。请稍后再看，勿据此断言现状。",
        (
            "The index has been behind the chain since {since}: this page speaks of block {block}, the chain has block "
            "{newest}. Look again later before you rely on it."
        ),
    ),
    "stale.stopped": (
        "索引已停止跟随，等待运营方处理：本页停在第 {block} 块（{since}），其后的变动没有显示。",
        (
            "The index has stopped following until the operator decides: this page stands at block {block} "
            "({since}) and shows nothing later."
        ),
    ),
    "stale.silent": (
        "自 {since} 起链节点没有应答：本页截至第 {block} 块，其后有无变动不得而知。",
        (
            "The chain’s node has not answered since {since}: this page speaks of block {block}; what happened "
            "later is not known."
        ),
    ),
    "said_here": ("据本服务实名登记", "as registered here"),
    "named.anchor": ("信任锚载明", "named by the trust anchor"),
    "named.installation": (
        "名称据本服务实名登记，信任锚未载明",
        "so registered here; no trust anchor names it",
    ),
    "named.nobody": ("信任锚未载明其名称", "no trust anchor names it"),
    "footer": ("关于本服务", "About this service"),
    "footer.filing": (
        "区块链信息服务备案 {number}",
        "Blockchain information service, filing number {number}",
    ),
    "footer.filing.missing": (
        "区块链信息服务备案号：未填写",
        "Blockchain information service filing number: not set",
    ),
    "footer.endorsement": ("备案不代表背书。", "Filing is not endorsement."),
    "footer.legal": (
        "本服务所遵循的规则是工程约束，不是法律意见。",
        "The rules this service follows are engineering constraints, not legal advice.",
    ),
    "footer.json.key": (
        "本页数据（JSON），凭接口密钥取用：",
        "This page as data (JSON), with a bearer key:",
    ),
    "footer.json": ("本页数据（JSON）", "This page as data (JSON)"),
    "print.address": ("本页地址", "Address of this page"),
    # how things are joined
    "comma": ("，", ", "),
    "list": ("、", ", "),
    "colon": ("：", ": "),
    "stop": ("。", "."),
    "more": ("查看更早的记录", "Earlier records"),
    "next": ("下一页", "Next page"),
    "first": ("回到第一页", "Back to the first page"),
    "previous": ("上一页", "Previous page"),
    "back": ("返回首页", "Back to the home page"),
    "to": ("转至", "to"),
    "copy": ("复制", "Copy"),
    "copy.what": ("复制{what}", "Copy: {what}"),
    "copied": ("已复制", "Copied"),
    "opens_full": ("展开全文", "Read it all"),
    # counts
    "records": ("{n}条记录", "{n} records"),
    "records.one": ("{n}条记录", "{n} record"),
    "works": ("{n}件作品", "{n} works"),
    "works.one": ("{n}件作品", "{n} work"),
    "collectibles": ("{n}件数字藏品", "{n} collectibles"),
    "collectibles.one": ("{n}件数字藏品", "{n} collectible"),
    "results": ("找到{n}项", "{n} results"),
    "results.one": ("找到{n}项", "{n} result"),
    "days": ("{n} 日", "{n} days"),
    "days.one": ("{n} 日", "{n} day"),
    "hours": ("{n} 小时", "{n} hours"),
    "hours.one": ("{n} 小时", "{n} hour"),
    "minutes": ("{n} 分钟", "{n} minutes"),
    "minutes.one": ("{n} 分钟", "{n} minute"),
    "seconds": ("{n} 秒", "{n} seconds"),
    "seconds.one": ("{n} 秒", "{n} second"),
    # home
    "home.title": ("记录可自行核验", "Check it yourself"),
    "home.lead": (
        (
            "收藏者在书画上钤印，那是最早的流转记录。钤印为数字藏品与出版权利留下同样的记录："
            "谁在何时存证、发放、转赠，一条不少，人人可以自行核验。"
        ),
        (
            "Collectors of Chinese painting pressed their seals on the scroll: the first provenance record anyone "
            "could read. Qianyin keeps the same record for digital collectibles and publication rights, complete, "
            "and open to anyone to check."
        ),
    ),
    "home.colophon": ("钤印于卷　流转可读", "钤印于卷　流转可读"),
    "home.recent": ("近期系列", "Recent collections"),
    "home.recent.none": (
        "还没有系列。机构发行第一个系列后，会陈列在这里。",
        "No collections yet. The first one issued will be shown here.",
    ),
    "home.institutions": ("发行机构", "Issuing institutions"),
    "home.institutions.none": ("还没有机构。", "No institutions yet."),
    "home.check": ("手中有文件", "A file in your hands"),
    # search
    "search": ("查找", "Search"),
    "search.title": ("查找：{query}", "Search: {query}"),
    "search.title.empty": ("查找", "Search"),
    "search.label": ("编号、名称或文件摘要", "Number, title or file digest"),
    "search.hint": (
        "例：7K2M-9QXF-7　静夜思　或 64 位 SHA-256 摘要",
        "For example 7K2M-9QXF-7, a title, or a SHA-256 digest of 64 digits",
    ),
    "search.by.number": ("按编号", "by number"),
    "search.by.title": ("按名称", "by title"),
    "search.by.file": ("按文件摘要", "by file digest"),
    "search.found": ("查到的记录", "Found"),
    "search.none": ("没有找到。", "Nothing found."),
    "search.none.title": (
        "请核对名称的写法，或只输入其中几个字。也可用标签上的编号查找。",
        "Check the spelling or type only a part of the title. The number on the label works as well.",
    ),
    "search.none.number": (
        "请核对标签上的编号；字母 O 与数字 0、字母 I 与数字 1 可互换。",
        "Check the number on the label; O and 0, I and 1 are read alike.",
    ),
    "search.none.file": (
        "没有以这个文件存证的作品。文件哪怕只改一个字节，摘要也会完全不同。",
        "No work was deposited with this file. A single changed byte changes the whole digest.",
    ),
    "search.not": ("持有人不可查找。", "Holders cannot be searched for."),
    "what.collectible": ("数字藏品", "Collectible"),
    "what.work": ("作品", "Work"),
    "what.collection": ("系列", "Collection"),
    "what.institution": ("机构", "Institution"),
    "what.estate": ("权利项", "Rights"),
    "what.grant": ("许可", "Grant"),
    "what.rights": ("作品的权利", "Rights of a work"),
    # a collectible
    "number": ("第 {serial} / {cap} 版", "No. {serial} of {cap}"),
    "number.short": ("第 {serial} 版", "No. {serial}"),
    "code": ("编号", "Code"),
    "edition": ("第 {number} 版次", "Edition {number}"),
    "holder": ("持有人", "Holder"),
    "holder.since": ("自 {day}", "since {day}"),
    "holder.issuer": ("尚未发放，仍在发行方", "not handed out yet, with the issuer"),
    "issuer": ("发行方", "Issuer"),
    "copyright": ("著作权", "Copyright"),
    "copyright.stays": ("不随藏品转移", "does not pass with the collectible"),
    "copyright.unsaid": (
        "发行方未作说明；不随藏品转移",
        "not stated by the issuer; does not pass with the collectible",
    ),
    "kind": ("类别", "Kind"),
    "kind.rights_registered": ("作品版权类", "Rights-registered work"),
    "kind.publication": ("数字出版物", "Digital publication"),
    "kind.capture_record": ("原始数据", "Capture record"),
    "kind.derived_work": ("衍生创作", "Derived work"),
    "kind.capture_record.note": ("文物的原始数据", "raw digital capture of an object"),
    "kind.derived_work.note": ("不是文物的原始数据", "not the raw capture of an object"),
    "status.annulled.note": ("本件已注销，记录保留。", "This collectible was struck out; its record stays."),
    "status.withdrawn.note": (
        "存证方已撤回这件作品的存证，记录保留。",
        "The depositor has withdrawn this deposit; its record stays.",
    ),
    "status.held": ("限制转赠", "Gift restricted"),
    "status.lent": ("借阅中", "On loan"),
    "status.lent.until": ("借予 {reader}，至 {moment}", "Lent to {reader} until {moment}"),
    "reason": ("理由", "Reason"),
    "download.certificate": ("下载证书", "Download certificate"),
    "download.bundle": ("下载证据包", "Download evidence bundle"),
    "download.file": ("下载原件", "Download the original"),
    "media.none": (
        "本记录没有文件，以其说明存证。",
        "This record has no file; it was deposited by its description.",
    ),
    "media.document": (
        "文件不在页内打开，可下载原件。",
        "The file is not opened on the page; the original can be downloaded.",
    ),
    "media.audio": ("录音", "Recording"),
    "lookalike.shown": (
        "看不见的字符已标出：",
        "With its invisible characters marked:",
    ),
    "lookalike": (
        "这个名称里有形近字符，可能与另一名称看来相同而实际不同。",
        "This title holds look-alike characters: it may look the same as another one and yet differ.",
    ),
    # what the holder may do
    "may": ("持有人可以做什么", "What the holder may do"),
    "may.enjoy": ("欣赏与展示", "Enjoy and show"),
    "may.enjoy.text": (
        "个人、非商业地观看，下载副本，在个人页面展示。",
        "Look at it, keep a copy and show it on a personal page, without commercial purpose.",
    ),
    "may.give": ("转赠", "Give it away"),
    "may.give.now": (
        "现在可以无偿转赠给实名登记者。",
        "It may be given now, free of charge, to a registered person.",
    ),
    "may.give.from": (
        "{moment} 起可以无偿转赠给实名登记者。",
        "It may be given from {moment} on, free of charge, to a registered person.",
    ),
    "may.give.held": ("限制转赠期间不能转赠。", "It cannot be given while gifts are restricted."),
    "may.give.annulled": ("已注销，不能转赠。", "It was struck out and cannot be given."),
    "may.give.issuer": (
        "尚未发放；发放之后才能转赠。",
        "It was not handed out yet; it can be given once it was.",
    ),
    "may.give.suspended": ("持有账户目前不能转赠。", "The account that holds it cannot give at present."),
    "may.give.unknown": ("目前无法确认能否转赠。", "Whether it may be given cannot be confirmed at present."),
    "may.give.day": ("每日至多{n}件。", "At most {n} a day."),
    "may.give.acceptance": (
        "须由受赠人先行签收；签收之前藏品不动。",
        "The receiver must accept it first; until then nothing moves.",
    ),
    "may.not": ("不包括", "Not included"),
    "may.not.text": (
        "著作权，以及复制发行、改编等任何权利；藏品一律无偿转赠，不可分割。",
        (
            "Copyright, or any right to reproduce, publish or adapt "
            "it. It changes hands only as a gift and cannot be divided."
        ),
    ),
    "may.lend": ("借阅", "Lend it"),
    "may.lend.text": ("可借他人阅读，最长 {period}。", "It may be lent for reading, for {period} at most."),
    # verdict
    "verdict": ("核验", "Verification"),
    "verdict.valid": ("核验一致：自存证起记录完整", "Consistent: the record is complete since its deposit"),
    "verdict.invalid": ("核验不一致：记录与证据不符", "Inconsistent: record and evidence disagree"),
    "verdict.indeterminate": ("无法确认：有的核验未能进行", "Cannot be confirmed: some checks could not run"),
    "verdict.issuer": ("记录一致，发行方身份未证实", "Records consistent, issuer not recognised"),
    "verdict.limits": (
        "这不说明作品的来历与作者。",
        "It says nothing about who made the work or where the object comes from.",
    ),
    "verdict.as_of": ("截至第 {block} 块（{moment}）", "As of block {block} ({moment})"),
    "verdict.sealed.quorum": ("由{n}位验证者中的{signed}位签封", "sealed by {signed} of {n} validators"),
    "verdict.sealed.lone": ("由唯一的验证者签封", "sealed by the only validator"),
    "verdict.sealed.witness": ("由{n}位见证者中的{signed}位签名", "signed by {signed} of {n} witnesses"),
    "verdict.sealed.none": (
        "区块没有可供外人核对的签封",
        "the block carries no seal that a stranger can check",
    ),
    "verdict.by.service": (
        "由本服务核算；下载证据包，可离线自行核验",
        "computed by this service; with the evidence bundle you can check it offline",
    ),
    "verdict.by.reader": ("由您的设备自行核算", "computed on your own device"),
    "verdict.since": ("此后", "Since then"),
    "verdict.since.standing": ("{moment} 联网查过，未撤回。", "not withdrawn, checked online at {moment}."),
    "verdict.since.withdrawn": (
        "{moment} 联网查过，已撤回或失效。",
        "withdrawn or no longer so, checked online at {moment}.",
    ),
    "verdict.since.ended": (
        "{moment} 联网查过，已失效：{reason}。",
        "no longer so, checked online at {moment}: {reason}.",
    ),
    "verdict.since.recorded": ("所附记录中已撤回。", "withdrawn, as the records given say."),
    "verdict.since.unchecked": ("没有查过（离线）。", "not checked (offline)."),
    "verdict.checks": ("逐项核验", "The checks, one by one"),
    "verdict.checks.note": ("{ran}项已核，{passed}项一致", "{ran} checks ran, {passed} consistent"),
    "verdict.checks.link": ("逐项看", "See each check"),
    "check.1": ("文件与存证一致", "The file is the one deposited"),
    "check.2": ("说明与链上摘要一致", "The description is the one on the chain"),
    "check.3": ("记录一条不少，次序不改", "No record is missing, added or moved"),
    "check.3.n": (
        "证据中的{n}条记录一条不少，次序不改",
        "Of the {n} records in the evidence none is missing, added or moved",
    ),
    "check.3.n.one": (
        "证据中的{n}条记录没有改动，也没有别的记录",
        "The one record in the evidence is unaltered, and there is no other",
    ),
    "check.3.own.collectible": ("，其中本件{n}条", ", {n} of them of this collectible"),
    "check.3.own.work": ("，其中本作品{n}条", ", {n} of them of this work"),
    "check.4": ("记录的末端在账本之中", "The end of the record is in the ledger"),
    "check.5": ("账本在区块状态之中", "The ledger is in the state of the block"),
    "check.6": ("区块由规定数量的验证者签封", "The block is sealed by the required number of validators"),
    "check.7": ("结论由记录推得", "The answer follows from the records"),
    "check.8": ("发行方列于信任锚", "The issuer is named in the trust anchor"),
    "check.9": ("证书带有发行方的签名", "The certificate carries the issuer’s signature"),
    "check.passed": ("一致", "Consistent"),
    "check.failed": ("不一致", "Inconsistent"),
    "check.not_run": ("未能核验", "Could not run"),
    "check.not_applicable": ("不适用", "Not applicable"),
    # history
    "history": ("流转记录", "History"),
    "history.none": ("还没有记录。", "No records yet."),
    "history.whole": (
        "截至第 {block} 块，自存证起共{n}条记录，一条不少。",
        "As of block {block} there are {n} records since the deposit; none is left out.",
    ),
    "history.whole.one": (
        "截至第 {block} 块，自存证起只有这一条记录。",
        "As of block {block} this is the only record since the deposit; none is left out.",
    ),
    "history.newer": ("其后另有{n}条，尚未核验。", "{n} later ones were not checked yet."),
    "history.newer.one": ("其后另有{n}条，尚未核验。", "{n} later one was not checked yet."),
    "history.indexed": (
        "索引中共有{n}条记录，是否齐全尚未核验。",
        "The index has {n} records; whether they are all was not checked.",
    ),
    "history.indexed.one": (
        "索引中只有这一条记录，是否齐全尚未核验。",
        "The index has this one record; whether it is the only one was not checked.",
    ),
    "history.page": ("{title}的流转记录", "History of {title}"),
    "history.page.older": ("较早的记录", "Earlier records"),
    "history.newest": ("回到最新的记录", "Back to the newest records"),
    "history.subject": ("回到{what}", "Back to the {what}"),
    "subject.collectible": ("藏品页", "collectible"),
    "subject.work": ("作品页", "work"),
    "subject.collection": ("系列页", "collection"),
    "subject.institution": ("机构页", "institution"),
    "subject.estate": ("权利项页", "rights"),
    "subject.grant": ("许可页", "grant"),
    "subject.rights": ("作品权利页", "rights of the work"),
    "history.part": ("共{n}条记录，以上是较近的部分。", "These are the latest of {n} records."),
    "history.rest": ("其余{n}条", "The other {n}"),
    "history.rest.one": ("其余一条", "The other one"),
    "history.block": ("第 {block} 块", "Block {block}"),
    "history.policy": ("规则第 {version} 版", "policy version {version}"),
    "history.until": ("至 {moment} 自动失效", "lapses by itself on {moment}"),
    "history.until.loan": ("至 {moment}", "until {moment}"),
    "history.lapsed": ("已于 {moment} 失效", "lapsed on {moment}"),
    "history.held": ("持有 {held}，满足持有期 {period}", "kept for {held}; the holding period is {period}"),
    "history.cap": ("共 {cap} 版，上限不可提高", "{cap} in the edition; the cap can never be raised"),
    "history.order": (
        "依法作出；文书摘要在证据包内，有权者可查",
        "by a legal order; its digest is in the evidence bundle for those entitled",
    ),
    "history.hand.own_key": ("本人密钥签名", "signed with the holder’s own key"),
    "history.hand.kept_key": ("由机构代管的密钥签名", "signed with a key kept by the institution"),
    "history.hand.own_transaction": ("本人直接提交", "submitted by the holder directly"),
    "history.reason": ("理由：{reason}", "Reason: {reason}"),
    "history.claims": ("同一文件此前已有{n}件存证", "{n} earlier deposits of the same file"),
    "history.claims.one": ("同一文件此前已有{n}件存证", "{n} earlier deposit of the same file"),
    "history.struck": ("此条已被更正，原文保留", "corrected later; the first reading stays"),
    "history.unknown": (
        "索引不认识这一类记录，原样保留；其后的状态无法确认。",
        (
            "A record of a kind the index does not know, kept "
            "as it is; what follows from it cannot be confirmed."
        ),
    ),
    "act.Minted": ("生成", "Issued"),
    "act.Distributed": ("发放", "Distributed"),
    "act.Gifted": ("转赠", "Given"),
    "act.Lent": ("借阅", "Lent"),
    "act.HoldPlaced": ("限制转赠", "Gift restricted"),
    "act.HoldReleased": ("解除限制", "Restriction lifted"),
    "act.HolderChangedByOrder": ("依法变更持有人", "Holder changed by order"),
    "act.Recovered": ("恢复", "Recovered"),
    "act.Annulled": ("注销", "Struck out"),
    "act.IntentCancelled": ("收回签名", "Signature taken back"),
    "act.WorkRegistered": ("存证", "Deposited"),
    "act.Anchored": ("整批存证", "Deposited in bulk"),
    "act.WorkAmended": ("更正", "Amended"),
    "act.WorkWithdrawn": ("撤回", "Withdrawn"),
    "act.CollectionCreated": ("设立系列", "Collection created"),
    "act.CollectionAmended": ("更正系列说明", "Collection amended"),
    "act.PolicySet": ("更新规则", "Policy changed"),
    "act.EditionOpened": ("开设版次", "Edition opened"),
    "act.CapLowered": ("降低上限", "Cap lowered"),
    "act.AccountRegistered": ("实名登记", "Registered"),
    "act.AccountSuspended": ("暂停", "Suspended"),
    "act.AccountRestored": ("恢复资格", "Restored"),
    "act.RecoveryRequested": ("申请更换账户", "Replacement requested"),
    "act.RecoveryStopped": ("停止更换", "Replacement stopped"),
    "act.AccountReplaced": ("更换账户", "Account replaced"),
    "act.OrderFiled": ("文书入档", "Order filed"),
    "act.OrderExecuted": ("文书执行", "Order executed"),
    "act.OrderWithdrawn": ("文书撤销", "Order withdrawn"),
    "act.RoleProposed": ("提议授权", "Role proposed"),
    "act.RoleConfirmed": ("确认授权", "Role confirmed"),
    "act.RoleCancelled": ("取消授权", "Role cancelled"),
    "act.RoleGranted": ("授权", "Role granted"),
    "act.RoleRevoked": ("撤销授权", "Role revoked"),
    "act.Checkpointed": ("定时记号", "Checkpoint"),
    "act.other": ("其他记录", "Other record"),
    # compare a file
    "compare": ("核对手中的文件", "Compare a file of yours"),
    "compare.prompt": ("把文件拖到这里，或", "Put a file here, or"),
    "compare.choose": ("选择文件", "Choose a file"),
    "compare.private": ("文件不会离开您的设备。", "The file does not leave your device."),
    "compare.hashing": ("正在计算摘要", "Computing the digest"),
    "compare.same": ("一致：这就是存证的文件。", "Consistent: this is the file that was deposited."),
    "compare.differs": (
        "不一致：这不是存证的文件。",
        "Inconsistent: this is not the file that was deposited.",
    ),
    "compare.taken": ("摘要已填入下框。", "The digest was put into the field below."),
    "compare.unreadable": ("无法读取这个文件。", "This file cannot be read."),
    "compare.yours": ("您的文件", "Your file"),
    "compare.deposited": ("存证的文件", "The deposited file"),
    "compare.by_hand": (
        "不用脚本也能核对：在自己的电脑上计算文件的 SHA-256，与存证的摘要逐位比较。",
        (
            "It works without scripts too: compute the SHA-256 of "
            "your file and compare it with the deposited digest."
        ),
    ),
    "compare.none": ("本件没有文件，无从比较。", "There is no file to compare with."),
    # verify
    "verify.title": ("核验文件", "Check a file"),
    "verify.lead": (
        "无需登录。下载证据包后，在断网的电脑上也能得到同样的答案。",
        "No account is needed. With an evidence bundle, a computer that is offline gives the same answer.",
    ),
    "verify.file": ("核对文件", "Check a file"),
    "verify.file.note": (
        "在您的设备上计算文件的 SHA-256，再查找以它存证的作品。",
        "Your device computes the file’s SHA-256; then we look for works deposited with it.",
    ),
    "verify.file.find": ("查找以它存证的作品", "Find works deposited with it"),
    "verify.file.is_bundle": (
        "这是一个证据包，可以直接核验。",
        "This is an evidence bundle; it can be checked as such.",
    ),
    "verify.digest": ("文件的 SHA-256 摘要", "SHA-256 digest of the file"),
    "verify.bundle": ("核验证据包", "Check an evidence bundle"),
    "verify.bundle.note": (
        "证据包会发送到本服务核验，不作保存。不愿发送时，可用命令行离线核验。",
        (
            "The bundle is sent to this service, checked, and not "
            "kept. The command line checks it without sending anything."
        ),
    ),
    "verify.bundle.label": ("证据包（JSON 文件）", "Evidence bundle (a JSON file)"),
    "verify.bundle.send": ("核验", "Check it"),
    "verify.offline": (
        "离线核验；信任锚请向监管方或发行机构另行取得，或取自印刷品，不要取自证据包的来处",
        "Offline; get the trust anchor from the regulator, the institution or print, not from where the bundle came",
    ),
    "verify.result": ("核验结果", "Result"),
    "verify.result.of": ("文件 {name}", "File {name}"),
    "verify.result.unreadable": (
        "这个文件不是证据包，没有核验。",
        "This file is not an evidence bundle; nothing was checked.",
    ),
    # a work
    "work.claimed": ("存证方", "Deposited by"),
    "work.same_file": ("同一文件", "The same file"),
    "work.no_later": ("不晚于 {moment}", "no later than {moment}"),
    "work.anchored": ("更早的整批存证：{moment}", "by an earlier deposit in bulk: {moment}"),
    "work.claims": ("另有{n}方以同一文件存证", "{n} other deposits of the same file"),
    "work.claims.one": ("另有{n}方以同一文件存证", "{n} other deposit of the same file"),
    "work.claims.note": (
        "存证先后不决定著作权归属。",
        "Depositing first does not decide who holds the copyright.",
    ),
    "work.said_by": ("以下由存证方提供", "As stated by the depositor"),
    "work.editions": ("以此作品发行", "Issued from this work"),
    "work.editions.none": ("尚未以此作品发行数字藏品。", "No collectibles were issued from this work."),
    "work.history": ("存证记录", "Record of the deposit"),
    "work.about": ("作品说明", "About the work"),
    "edition.issued": ("已生成 {issued} / {cap}", "{issued} of {cap} issued"),
    "edition.issued.none": ("共 {cap} 版，尚未生成", "{cap} in the edition, none issued yet"),
    "edition.numbers": ("逐版查看", "Each number"),
    "edition.numbers.more": ("其余各版见系列数据", "the others are in the collection’s data"),
    # a collection
    "collection.works": ("系列中的作品", "Works in the collection"),
    "collection.works.none": ("这个系列还没有作品。", "No works in this collection yet."),
    "collection.policy": ("转赠规则", "Policy on gifts"),
    "collection.policy.version": ("第 {version} 版", "Version {version}"),
    "collection.policy.earlier": ("以往各版", "Earlier versions"),
    "collection.policy.fair": (
        "新规则不会收紧已持有藏品的条件。",
        "A later version never tightens what is already held.",
    ),
    "collection.history": ("系列记录", "Record of the collection"),
    "collection.labels": ("打印标签", "Print labels"),
    "collection.labels.note": ("每张 A4 十二枚，附二维码", "twelve to an A4 sheet, with QR codes"),
    "collection.counts": ("{works}，{collectibles}", "{works}, {collectibles}"),
    "collection.created": ("设立于 {day}", "created on {day}"),
    "policy.first": ("首次持有期", "First holding period"),
    "policy.next": ("再次持有期", "Later holding periods"),
    "policy.none": ("无", "none"),
    "policy.gifts": ("每日转赠", "Gifts a day"),
    "policy.gifts.n": ("每人至多{n}件", "at most {n} from one holder"),
    "policy.acceptance": ("受赠人签收", "Acceptance by the receiver"),
    "policy.acceptance.yes": ("需要", "needed"),
    "policy.acceptance.no": ("不需要", "not needed"),
    "policy.loan": ("借阅", "Loans"),
    "policy.loan.max": ("最长 {period}", "{period} at most"),
    "policy.loan.no": ("不借阅", "none"),
    "policy.receivers": ("可受赠者", "Who may receive"),
    "receiver.person": ("个人", "persons"),
    "receiver.institution": ("机构", "institutions"),
    # an institution
    "institution.kind": ("机构", "Institution"),
    "institution.recognised": ("列于信任锚", "Named in the trust anchor"),
    "institution.recognised.yes": (
        "信任锚载明此地址属于该机构，由{by}签名确认。",
        "The trust anchor says that this address is this institution’s, signed by {by}.",
    ),
    "institution.recognised.no": (
        "信任锚没有载明此地址属于谁。记录可以核验，发行方身份未证实。",
        (
            "The trust anchor does not say whose address this is. "
            "Its records can be checked; who it is, is not proven."
        ),
    ),
    "institution.registered": ("实名登记", "Registered"),
    "institution.registered.by": ("{verifier}，{method}，{day}", "{verifier}, {method}, {day}"),
    "institution.standing": ("状态", "Standing"),
    "institution.standing.good": ("正常", "in good standing"),
    "institution.standing.suspended": ("已暂停，至 {moment}", "suspended until {moment}"),
    "institution.collections": ("系列", "Collections"),
    "institution.collections.none": ("这家机构还没有系列。", "This institution has no collections yet."),
    "institution.history": ("机构记录", "Record of the institution"),
    # an operation
    "operation.title": ("办理进度", "Progress of a request"),
    "operation.id": ("受理号", "Request number"),
    "operation.kind.register_work": ("存证", "Deposit a work"),
    "operation.kind.create_collection": ("设立系列", "Create a collection"),
    "operation.kind.open_edition": ("开设版次", "Open an edition"),
    "operation.kind.mint": ("生成", "Issue"),
    "operation.kind.distribute": ("发放", "Distribute"),
    "operation.kind.gift": ("转赠", "Give"),
    "operation.kind.hold": ("限制转赠", "Restrict gifts"),
    "operation.kind.release": ("解除限制", "Lift a restriction"),
    "operation.kind.annul": ("注销", "Strike out"),
    "operation.kind.amend": ("更正", "Amend"),
    "operation.kind.withdraw": ("撤回", "Withdraw"),
    "operation.kind.register_account": ("实名登记", "Register an account"),
    "operation.kind.other": ("请求", "Request"),
    "operation.state.accepted": ("已受理", "Accepted"),
    "operation.state.accepted.text": (
        "请求已写入数据库，不会丢失。",
        "The request is written down and will not be lost.",
    ),
    "operation.state.stored": ("文件已保存", "Files stored"),
    "operation.state.stored.text": (
        "文件已存放，内容标识由本服务自行算出并核对。",
        "The files are kept, and their content identifiers were computed and compared here.",
    ),
    "operation.state.signed": ("已签名", "Signed"),
    "operation.state.signed.text": (
        "签名只做一次，字节已保存；同一件事不会做两遍。",
        "Signed once and kept as bytes: the same thing cannot happen twice.",
    ),
    "operation.state.sent": ("已提交", "Sent"),
    "operation.state.sent.text": (
        "已交给验证者，等待写入区块。",
        "Handed to the validators; waiting to be written into a block.",
    ),
    "operation.state.settled": ("已定局", "Settled"),
    "operation.state.settled.text": (
        "已写入账本并核对无误。",
        "Written into the ledger, read back and compared.",
    ),
    "operation.state.refused": ("未获接受", "Refused"),
    "operation.state.refused.text": (
        "规则不允许，什么也没有改变。",
        "The rules do not allow it; nothing has changed.",
    ),
    "operation.ahead": ("尚未到", "to come"),
    "operation.reached": ("已完成", "done"),
    "operation.good_until": (
        "所附签名有效至 {moment}；逾期未写入区块则作废，须重新签名。",
        "The signature that came with it is good until {moment}; if it is not in a block by then, sign anew.",
    ),
    "operation.next.accepted": (
        "接下来保存文件，通常几秒钟。",
        "Next the files are stored, usually within seconds.",
    ),
    "operation.next.stored": ("接下来签名。", "Next it is signed."),
    "operation.next.signed": ("接下来提交给验证者。", "Next it is sent to the validators."),
    "operation.next.sent": (
        "接下来写入区块并核对，通常几秒钟。可以离开本页，请求会继续办理。",
        "Next it is written into a block and read back, usually within seconds. You may leave this page.",
    ),
    "operation.next.settled": ("办理完毕，不必再做什么。", "Finished; nothing more to do."),
    "operation.next.refused": (
        "请按理由更正后另行提交；同一请求不会再试。",
        "Correct what the reason names and send a new request; this one will not be tried again.",
    ),
    "operation.refresh": ("本页每 {n} 秒自动刷新。", "This page refreshes every {n} seconds."),
    "operation.refresh.stop": ("停止刷新", "Stop refreshing"),
    "operation.refresh.start": ("自动刷新", "Refresh by itself"),
    "operation.refresh.now": ("立即刷新", "Refresh now"),
    "operation.see": ("查看结果", "See the result"),
    "operation.waiting": ("须等前一请求先办完：", "It waits for an earlier request:"),
    "operation.refusal": ("理由", "Reason"),
    # a gift on offer
    "accept.title": ("签收转赠", "Accept a gift"),
    "accept.waiting": ("等待受赠人签收", "Waiting for the receiver’s acceptance"),
    "accept.until": (
        "至 {moment} 有效。在此之前可以签收；逾期作废，须重新发起。",
        "It may be accepted until {moment}; after that it is void and has to be offered anew.",
    ),
    "accept.lapsed": ("签收期限已过", "The time to accept is over"),
    "accept.lapsed.text": (
        "期限为 {moment}。藏品没有变动；请赠与人重新发起。",
        "It ended on {moment}. Nothing has changed hands; ask the giver to offer it anew.",
    ),
    "accept.giver": ("赠与人", "From"),
    "accept.effect": ("签收之后", "What follows"),
    "accept.effect.text": (
        "签收本身不移动藏品。赠与人连同您的签收提交转赠，写入账本之后，藏品才归您。转赠一律无偿。",
        (
            "Accepting moves nothing by itself. The giver submits the gift together with your acceptance; it is yours "
            "once that is in the ledger. Gifts are always free of charge."
        ),
    ),
    "accept.decline": ("不愿接受", "If you do not want it"),
    "accept.decline.text": (
        "不必做任何事；期限一过即作废。",
        "You need do nothing; it lapses by itself.",
    ),
    "accept.sign": ("签收", "Accept"),
    "accept.who": (
        "密钥由机构代管的受赠人，凭机构发给的凭证在此签收；自己保管密钥的，请用自己的签名工具签署。",
        (
            "Receivers whose key the institution keeps accept here with the credential it gave them; those with a key "
            "of their own sign with their own program."
        ),
    ),
    "accept.key": ("持有人凭证（qy_ 开头）", "Holder’s credential (qy_…)"),
    "accept.key.note": (
        "凭证只用于这一次请求，不作保存。请先核对网址是发给您凭证的机构。",
        "It is used for this one request and not kept. Check first that this address is the institution’s own.",
    ),
    "accept.signed": (
        "已签收。请把下面的内容交给赠与人，由其提交转赠：",
        "Accepted. Hand this to the giver, who submits the gift with it:",
    ),
    "accept.refused": ("没有签收。", "Not accepted."),
    "accept.unreachable": (
        "没有得到应答，请稍后再试。",
        "There was no answer; please try again.",
    ),
    "accept.by_hand": ("也可用程序签收：", "By program:"),
    # labels
    "labels.title": ("标签：{title}", "Labels: {title}"),
    "labels.sheet": ("第 {page} 张，共 {pages} 张", "Sheet {page} of {pages}"),
    "labels.how": (
        "A4，十二枚，63.5 × 72 毫米；打印时缩放 100 %，不加页边距。",
        "A4, twelve labels of 63.5 × 72 mm; print at 100 %, without margins.",
    ),
    "labels.unset": (
        "尚未设置对外网址。这些二维码指向您打开本页所用的地址 {base}，他人未必能打开。",
        (
            "No public address is set. These codes lead to {base}, the address by which you opened this page; others "
            "may not be able to reach it."
        ),
    ),
    "labels.unset.how": (
        "请在 settings.toml 中设置 public_url（例如 https://qianyin.example）后再打印；在此之前不能打印。",
        "Set public_url in settings.toml (for example https://qianyin.example); until then these labels do not print.",
    ),
    "labels.unset.demo": (
        "演示环境仍可打印，标签带有演示戳记。",
        "A demonstration prints all the same; its labels carry the Demo stamp.",
    ),
    "labels.unset.print": (
        "未打印标签：尚未设置对外网址（public_url），二维码会指向错误的地址。",
        "No labels were printed: no public address (public_url) is set, and the codes would lead to the wrong place.",
    ),
    "labels.address": ("二维码指向 {base}", "The codes lead to {base}"),
    "labels.print": ("打印", "Print"),
    "labels.none": ("这个系列还没有数字藏品。", "This collection has no collectibles yet."),
    "labels.scan": ("扫码核验", "Scan to check"),
    "labels.qr": ("二维码：{code}", "QR code: {code}"),
    # the reference of the API
    "reference": ("接口说明", "The API"),
    "reference.lead": (
        "公开的读取不需要密钥；写入与监管查询需要密钥，写入另须幂等键，受理即不会丢失。以下由程序生成，用英文。",
        "What follows is made from the program itself.",
    ),
    "reference.document": ("OpenAPI 文件", "OpenAPI document"),
    "reference.chapters": ("各章", "Chapters"),
    "reference.schemas": ("数据结构", "Schemas"),
    "reference.schemas.note": ("JSON Schema", "JSON Schema"),
    "reference.key": ("所需密钥", "Key needed"),
    "reference.key.none": ("无，人人可用", "none, anybody may"),
    "reference.body": ("请求正文", "Body"),
    "reference.needed": ("必填", "needed"),
    "reference.in.path": ("路径", "path"),
    "reference.in.query": ("查询", "query"),
    "reference.in.header": ("请求头", "header"),
    "reference.in.cookie": ("Cookie", "cookie"),
    "chapter.accounts": ("实名登记与账户", "People and accounts"),
    "chapter.audit": ("监管查询", "Audit"),
    "chapter.evidence": ("证据与记录", "Evidence and histories"),
    "chapter.files": ("文件", "Files"),
    "chapter.holders": ("持有人的行为", "Holders’ acts"),
    "chapter.issuing": ("系列与发行", "Collections and issuing"),
    "chapter.orders": ("法律文书", "Legal orders"),
    "chapter.pages": ("各页的数据", "Pages as data"),
    "chapter.works": ("作品", "Works"),
    # technical data
    "technical": ("技术资料", "Technical data"),
    "technical.note": ("均可复制，用于自行核验", "to be copied, for checks of your own"),
    "fact.token_id": ("藏品号", "Token id"),
    "fact.collection_id": ("系列号", "Collection id"),
    "fact.edition_id": ("版次号", "Edition id"),
    "fact.work_id": ("作品号", "Work id"),
    "fact.contract": ("合约地址", "Contract address"),
    "fact.ledger": ("账本地址", "Ledger address"),
    "fact.chain_id": ("链编号", "Chain id"),
    "fact.genesis": ("创世区块摘要", "Genesis hash"),
    "fact.block_hash": ("区块摘要", "Block hash"),
    "fact.subject": ("对象标识", "Subject"),
    "fact.subject_head": ("记录末端摘要", "Head of the subject"),
    "fact.head": ("账本末端摘要", "Head of the ledger"),
    "fact.count": ("账本记录总数", "Records in the ledger"),
    "fact.cid": ("内容标识", "Content identifier (CID)"),
    "fact.cid_profile": ("内容标识的算法", "CID profile"),
    "fact.manifest_cid": ("说明的内容标识", "CID of the description"),
    "fact.manifest_sha256": ("说明的 SHA-256", "SHA-256 of the description"),
    "fact.sha256": ("文件的 SHA-256", "SHA-256 of the file"),
    "fact.sm3": ("文件的 SM3", "SM3 of the file"),
    "fact.iscc": ("ISCC", "ISCC"),
    "fact.size": ("文件大小", "File size"),
    "fact.media_type": ("文件类型", "File type"),
    "fact.policy_digest": ("规则摘要", "Digest of the policy"),
    "fact.metadata_digest": ("系列说明摘要", "Digest of the collection’s description"),
    "fact.address": ("账户地址", "Account address"),
    "fact.commitment": ("实名承诺值", "Identity commitment"),
    "fact.anchor": ("信任锚标识", "Trust anchor id"),
    "fact.transaction": ("交易摘要", "Transaction hash"),
    "tongue.zh-Hans": ("简体中文", "Simplified Chinese"),
    "tongue.zh-Hant": ("繁体中文", "Traditional Chinese"),
    "tongue.zh": ("中文", "Chinese"),
    "tongue.lzh": ("文言", "Classical Chinese"),
    "tongue.bo": ("藏文", "Tibetan"),
    "tongue.mn": ("蒙古文", "Mongolian"),
    "tongue.ug": ("维吾尔文", "Uyghur"),
    "tongue.en": ("英文", "English"),
    "tongue.fr": ("法文", "French"),
    "tongue.ja": ("日文", "Japanese"),
    # what an institution states of a work
    **{f"fact.{fact.name}": (fact.zh, fact.en) for fact in FACTS.values()},
    # errors
    "error.400": ("请求有误", "The request is not right"),
    "error.401": ("需要凭证", "Credentials are needed"),
    "error.403": ("不能查看", "Not open to you"),
    "error.404": ("没有找到", "Nothing here"),
    "error.404.text": (
        "这个地址没有对应的记录。可能是编号抄写有误，可在下面查找。",
        "There is no record at this address. A digit may be wrong; you can search below.",
    ),
    "error.405": ("此处不能这样请求", "Not possible here"),
    "error.409": ("与已有记录冲突", "It contradicts the record"),
    "error.410": ("已经移除", "No longer here"),
    "error.410.text": (
        "这里原有的内容已依法删除。链上记录仍可核验。",
        "What was here has been erased as the law requires. The record on the chain can still be checked.",
    ),
    "error.413": ("文件过大", "Too large"),
    "error.415": ("不支持的文件类型", "This kind of file cannot be read"),
    "error.422": ("内容有误", "Something in it is not right"),
    "error.429": ("请稍候再试", "Too many requests"),
    "error.429.text": ("请求过于频繁，请在 {n} 秒后再试。", "Please try again in {n} seconds."),
    "error.500": ("服务出错", "Something went wrong here"),
    "error.500.text": (
        "错误在我们这里，已经记下。记录不受影响，请稍后再试。",
        "The fault is ours and has been noted. No record is affected; please try again later.",
    ),
    "error.503": ("暂时不能回答", "Not available just now"),
    "error.other": ("无法完成", "This cannot be done"),
    "error.instance": ("错误编号", "Error number"),
}


def say(lang: Lang, key: str, **facts: object) -> str:
    """Return the words of `key` in a language, with `facts` in their places.

    Raises:
        KeyError: there is no such key, or a placeholder has no fact.
    """
    pair = WORDS[key]
    text = pair[0] if lang == "zh" else pair[1]
    return text.format_map(facts) if facts else text


def counted(lang: Lang, key: str, number: int, **facts: object) -> str:
    """Return the words of `key` for a number of things: `五条记录`, `one record`."""
    one = number == 1 and f"{key}.one" in WORDS
    return say(lang, f"{key}.one" if one else key, n=spelled(number, lang), **facts).strip()


def period(lang: Lang, seconds: int) -> str:
    """Return a length of time in the largest unit that divides it: `90 日`, `36 hours`.

    Args:
        seconds: a whole number, not negative.
    """
    if seconds == 0:
        return say(lang, "policy.none")
    for key, unit in (("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1)):
        if seconds % unit == 0:
            number = seconds // unit
            return say(lang, f"{key}.one" if number == 1 else key, n=f"{number:,}")
    raise AssertionError("every whole number is a number of seconds")
