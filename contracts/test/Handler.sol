// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Gift, Handout, Issue, Loan, SignedGift, Token, TokenStatus} from "../interfaces/ICollectible.sol";
import {Policy} from "../interfaces/ICollections.sol";
import {Role} from "../interfaces/IGovernance.sol";
import {Custody, Kind} from "../interfaces/IIdentityRegistry.sol";
import {Filing, Measure} from "../interfaces/IOrders.sol";
import {WorkKind} from "../interfaces/IWorkRegistry.sol";
import {Acts} from "./Acts.sol";

/// @notice Everything that people do, each act so prepared that it must succeed, and attempts that must fail.
contract Handler is Acts {
    uint256 public constant ACTIONS = 29;

    uint256[ACTIONS] public done;

    address[] internal people;
    mapping(address account => uint256) private _keys;
    address[] internal officials;
    uint256[] internal tokens;
    uint256[] internal editions;
    bytes32[] internal workIds;
    bytes32[] internal orderIds;
    mapping(uint256 editionId => uint64) public nextSerial;
    mapping(uint256 editionId => uint64) public lowestCap;

    uint256 private _made;

    function setUp() public override {
        vm.recordLogs();
        super.setUp();
        _beginAll();
        (people, officials) = (new address[](0), new address[](0));
        people.push(ann);
        people.push(ben);
        people.push(cleo);
        (_keys[ann], _keys[ben], _keys[cleo]) = (annKey, benKey, cleoKey);
        _follow();
        _newEdition(0);
        _follow();
    }

    /// @notice One act, chosen by the seed.
    function act(uint256 seed) external {
        perform(uint256(keccak256(abi.encode("which", seed))) % ACTIONS, seed);
    }

    function perform(uint256 which, uint256 seed) public {
        _beginAct(1 + (seed >> 240) % 1 hours);
        if (which < 10) _peopleAct(which, seed);
        else if (which < 20) _tokensAct(which, seed);
        else _officesAct(which, seed);
        _endAct();
        ++done[which];
    }

    function _peopleAct(uint256 which, uint256 seed) private {
        if (which == 0) _newPerson(Custody(1 + (seed % 2)));
        else if (which == 1) _suspendSomebody(seed);
        else if (which == 2) _restoreSomebody(seed);
        else if (which == 3) _recoverSomebody(seed);
        else if (which == 4) _handOverSomebody(seed);
        else if (which == 5) _cancelNonce(seed);
        else if (which == 6) _objectToARecovery(seed);
        else if (which == 7) _changeRoles(seed);
        else if (which == 8) _withdrawOrder(seed);
        else _checkpoint();
    }

    function _tokensAct(uint256 which, uint256 seed) private {
        if (which == 10) _newEdition(seed);
        else if (which == 11) _newToken(seed, address(0));
        else if (which == 12) _newToken(seed, _person(seed));
        else if (which == 13) _mintMany(seed);
        else if (which == 14) _handOut(seed);
        else if (which == 15) _giveSigned(seed);
        else if (which == 16) _giveMany(seed);
        else if (which == 17) _giveByOwnTransaction(seed);
        else if (which == 18) _lend(seed);
        else _annul(seed);
    }

    function _officesAct(uint256 which, uint256 seed) private {
        if (which == 20) _place(seed);
        else if (which == 21) _release(seed);
        else if (which == 22) _changeHolder(seed);
        else if (which == 23) _annulByOrder(seed);
        else if (which == 24) _correctHold(seed);
        else if (which == 25) _changePolicy(seed);
        else if (which == 26) _lowerCap(seed);
        else if (which == 27) _amendAndWithdraw(seed);
        else _attack(seed);
    }

    // Accounts

    function _newPerson(Custody custody) private returns (address account) {
        uint256 key = uint256(keccak256(abi.encode("person", ++_made)));
        account = vm.addr(key);
        _keys[account] = key;
        _register(account, Kind.Person, custody);
        people.push(account);
    }

    /// @dev Somebody in good standing, other than those named.
    function _personBut(uint256 seed, address one, address other) private returns (address) {
        for (uint256 i = 0; i < people.length; ++i) {
            address account = people[(i + seed % people.length) % people.length];
            if (account != one && account != other && identities.canSend(account)) return account;
        }
        return _newPerson(Custody.Kept);
    }

    function _person(uint256 seed) private returns (address) {
        return _personBut(seed, address(0), address(0));
    }

    function _suspendSomebody(uint256 seed) private returns (address account) {
        account = _person(seed);
        Filing memory filing = _newFiling(Measure.Suspend, _account(account));
        filing.effectUntil = uint64(clock + 1 + seed % 60 days);
        _fileAnew(filing);
        vm.prank(executor);
        identities.suspend(account);
    }

    function _restoreSomebody(uint256 seed) private {
        address account = _suspendSomebody(seed);
        _fileAnew(_newFiling(Measure.Restore, _account(account)));
        vm.prank(executor);
        identities.restore(account);
    }

    function _recoverSomebody(uint256 seed) private {
        address account = _person(seed);
        address successor = _successor();
        vm.prank(registrar);
        identities.requestRecovery(account, successor, bytes32(seed | 1));
        vm.warp(vm.getBlockTimestamp() + WAIT);
        // What was recorded before has its own time: follow it now.
        _followAt(clock);
        clock = vm.getBlockTimestamp();
        vm.warp(clock);
        vm.prank(officer);
        identities.confirmRecovery(account);
        people.push(successor);
        _recoverAll(account);
    }

    function _recoverAll(address account) private {
        uint256[] memory found = new uint256[](tokens.length);
        uint256 length;
        for (uint256 i = 0; i < tokens.length; ++i) {
            if (collectible.ownerOf(tokens[i]) == account) found[length++] = tokens[i];
        }
        assembly ("memory-safe") {
            mstore(found, length)
        }
        vm.prank(stranger);
        collectible.recover(found);
    }

    function _handOverSomebody(uint256 seed) private {
        address account = _newPerson(Custody.Kept);
        _newToken(seed, account);
        address successor = _successor();
        bytes32 kind = keccak256("HandOver(address account,address replacement,uint64 deadline)");
        bytes32 digest =
            _typed(identities.domainSeparator(), keccak256(abi.encode(kind, account, successor, uint64(clock))));
        vm.prank(relayer);
        identities.handOver(
            account, successor, uint64(clock), _sign(_keys[account], digest), _sign(_keys[successor], digest)
        );
        people.push(successor);
        _recoverAll(account);
        require(collectible.balanceOf(account) == 0, "a token was left behind");
    }

    function _successor() private returns (address account) {
        uint256 key = uint256(keccak256(abi.encode("successor", ++_made)));
        account = vm.addr(key);
        _keys[account] = key;
    }

    function _objectToARecovery(uint256 seed) private {
        address account = _person(seed);
        address successor = _successor();
        vm.prank(registrar);
        identities.requestRecovery(account, successor, bytes32(seed | 1));
        vm.prank(account);
        identities.stopRecovery(account);
    }

    function _cancelNonce(uint256 seed) private {
        address account = _person(seed);
        vm.prank(account);
        collectible.cancelIntent(_nonce());
    }

    function _nonce() private returns (uint256) {
        return ++_made;
    }

    // Offices

    function _changeRoles(uint256 seed) private {
        Role role = Role(1 + seed % 7);
        address account = vm.addr(uint256(keccak256(abi.encode("official", ++_made))));
        bool byRegulation = role == Role.RegulationGovernor || role == Role.RecoveryOfficer || role == Role.OrderFiler;
        address admin = byRegulation ? regulation : operations;
        address other = byRegulation ? operations : regulation;
        vm.prank(admin);
        governance.propose(role, account);
        if (seed & (1 << 20) != 0) {
            vm.prank(other);
            governance.cancel(role, account);
            return;
        }
        if (role <= Role.RegulationGovernor) {
            vm.prank(other);
            governance.confirm(role, account);
        }
        vm.warp(vm.getBlockTimestamp() + DELAY);
        _followAt(clock);
        clock = vm.getBlockTimestamp();
        vm.warp(clock);
        governance.enact(role, account);
        officials.push(account);
        if (seed & (1 << 21) != 0) {
            vm.prank(role <= Role.RegulationGovernor ? other : admin);
            governance.revoke(role, account);
        }
    }

    /// @dev Follow what was recorded at an earlier time of this act, and come back.
    function _followAt(uint256 time) private {
        uint256 present = vm.getBlockTimestamp();
        vm.warp(time);
        _follow();
        vm.recordLogs();
        vm.warp(present);
    }

    function _checkpoint() private {
        clock += 30 minutes;
        vm.warp(clock);
        ledger.checkpoint();
    }

    function _newFiling(Measure measure, bytes32 target) private returns (Filing memory) {
        _withdrawPending(measure, target);
        return _filing(measure, target);
    }

    function _fileAnew(Filing memory filing) private returns (bytes32 orderId) {
        orderId = _file(filing);
        orderIds.push(orderId);
    }

    function _withdrawOrder(uint256 seed) private {
        bytes32 orderId = _fileAnew(_newFiling(Measure.Annul, _token(_live(seed))));
        vm.prank(filer);
        orders.withdraw(orderId, "mistake");
        if (seed & (1 << 30) == 0) return;
        (,, Filing memory filing) = orders.order(orderId);
        filing.corrects = orderId;
        _file(filing);
    }

    function _place(uint256 seed) private {
        _placeOn(_token_(seed, true), seed);
    }

    function _placeOn(uint256 tokenId, uint256 seed) private returns (bytes32 orderId) {
        Filing memory filing = _newFiling(Measure.Hold, _token(tokenId));
        filing.effectUntil = uint64(clock + 1 + seed % 60 days);
        if (_isHeld(tokenId)) filing.corrects = collectible.token(tokenId).holdOrder;
        orderId = _fileAnew(filing);
        address holder = collectible.ownerOf(tokenId);
        vm.prank(executor);
        collectible.setFrozenTokens(holder, tokenId, true);
    }

    function _correctHold(uint256 seed) private {
        uint256 tokenId = _live(seed);
        _placeOn(tokenId, seed);
        _placeOn(tokenId, seed >> 8);
    }

    function _release(uint256 seed) private {
        uint256 tokenId = _live(seed);
        if (!_isHeld(tokenId)) _placeOn(tokenId, seed);
        _fileAnew(_newFiling(Measure.Release, _token(tokenId)));
        address holder = collectible.ownerOf(tokenId);
        vm.prank(executor);
        collectible.setFrozenTokens(holder, tokenId, false);
    }

    function _changeHolder(uint256 seed) private {
        uint256 tokenId = _live(seed);
        if (seed & 1 != 0) _placeOn(tokenId, seed);
        address holder = collectible.ownerOf(tokenId);
        Filing memory filing = _newFiling(Measure.ForcedTransfer, _token(tokenId));
        filing.to = _personBut(seed, holder, address(0));
        _fileAnew(filing);
        vm.prank(executor);
        collectible.forcedTransfer(holder, filing.to, tokenId);
    }

    function _annulByOrder(uint256 seed) private {
        uint256 tokenId = _live(seed);
        _fileAnew(_newFiling(Measure.Annul, _token(tokenId)));
        vm.prank(executor);
        collectible.annulByOrder(tokenId, "judgment");
    }

    // Works, collections, editions

    function _newEdition(uint256 seed) private returns (uint256 editionId) {
        Policy memory policy = _randomPolicy(seed);
        WorkKind kind = WorkKind(1 + seed % 4);
        uint64 cap = uint64(1 + (seed >> 4) % 8);
        bytes32 collectionId;
        (collectionId, editionId) = _edition(kind, policy, cap);
        editions.push(editionId);
        workIds.push(collections.edition(editionId).workId);
        (nextSerial[editionId], lowestCap[editionId]) = (1, cap);
    }

    function _randomPolicy(uint256 seed) private pure returns (Policy memory) {
        return Policy({
            firstHolding: uint32((seed >> 16) % 30 days),
            nextHolding: uint32((seed >> 48) % 30 days),
            giftsPerDay: uint16(1 + (seed >> 80) % 3),
            acceptance: (seed >> 96) & 1 == 1,
            receivers: ANYBODY,
            workKinds: ANY_WORK,
            longestLoan: uint32((seed >> 100) % 30 days)
        });
    }

    function _changePolicy(uint256 seed) private {
        bytes32 collectionId = collections.edition(editions[seed % editions.length]).collectionId;
        uint32 version = collections.collection(collectionId).policyVersion + 1;
        vm.prank(museum);
        collections.setPolicy(collectionId, version, _randomPolicy(seed));
    }

    function _lowerCap(uint256 seed) private {
        uint256 editionId = _newEdition(seed | (7 << 4));
        _mintIn(editionId, address(0));
        uint64 cap = uint64(1 + seed % 3);
        vm.prank(museum);
        collections.lowerCap(editionId, cap);
        lowestCap[editionId] = cap;
    }

    function _amendAndWithdraw(uint256 seed) private {
        uint256 editionId = _newEdition(seed);
        bytes32 workId = collections.edition(editionId).workId;
        vm.startPrank(museum);
        works.amend(workId, 0, bytes32(seed | 1), "new reading");
        if (seed & 1 != 0) works.withdraw(workId, "mistake");
        vm.stopPrank();
    }

    // Tokens

    /// @dev An edition with room and a work that stands.
    function _openEdition(uint256 seed) private returns (uint256) {
        for (uint256 i = 0; i < editions.length; ++i) {
            uint256 editionId = editions[(i + seed % editions.length) % editions.length];
            bool room = nextSerial[editionId] <= lowestCap[editionId];
            (,, bool withdrawn) = works.standing(collections.edition(editionId).workId);
            if (room && !withdrawn) return editionId;
        }
        return _newEdition(seed);
    }

    function _mintIn(uint256 editionId, address to) private returns (uint256 tokenId) {
        tokenId = _mint(editionId, nextSerial[editionId]++, to);
        tokens.push(tokenId);
    }

    function _newToken(uint256 seed, address to) private returns (uint256) {
        return _mintIn(_openEdition(seed), to);
    }

    function _mintMany(uint256 seed) private {
        uint256 editionId = _newEdition(seed | (7 << 4));
        Issue[] memory issues = new Issue[](4);
        address to = _person(seed);
        for (uint64 i = 0; i < 4; ++i) {
            issues[i] = Issue(editionId, i + 1, i % 2 == 0 ? to : address(0));
        }
        // One of them cannot be: its id is taken, or beyond the cap.
        uint256 bad = seed % 4;
        issues[bad].serial = seed & 64 == 0 ? uint64(9) : issues[(bad + 1) % 4].serial;
        vm.prank(museum);
        collectible.mintBatch(issues);
        for (uint256 i = 0; i < 4; ++i) {
            uint256 tokenId = (editionId << 64) | (i + 1);
            if (uint8(_status(tokenId)) == uint8(TokenStatus.Live)) tokens.push(tokenId);
        }
        nextSerial[editionId] = 5;
    }

    function _status(uint256 tokenId) private view returns (TokenStatus) {
        try collectible.token(tokenId) returns (Token memory token) {
            return token.status;
        } catch {
            return TokenStatus.None;
        }
    }

    function _isHeld(uint256 tokenId) private view returns (bool) {
        return collectible.getFrozenTokens(collectible.ownerOf(tokenId), tokenId);
    }

    /// @dev A live token; a free one where it shall not be held.
    function _token_(uint256 seed, bool held) private returns (uint256) {
        for (uint256 i = 0; i < tokens.length; ++i) {
            uint256 tokenId = tokens[(i + seed % tokens.length) % tokens.length];
            if (_status(tokenId) == TokenStatus.Live && (held || !_isHeld(tokenId))) return tokenId;
        }
        return _newToken(seed, address(0));
    }

    function _live(uint256 seed) private returns (uint256) {
        return _token_(seed, true);
    }

    function _handOut(uint256 seed) private {
        uint256 tokenId = _undistributed(seed);
        address to = _person(seed);
        vm.prank(museum);
        collectible.distribute(Handout(tokenId, to));
    }

    function _undistributed(uint256 seed) private returns (uint256) {
        for (uint256 i = 0; i < tokens.length; ++i) {
            uint256 tokenId = tokens[(i + seed % tokens.length) % tokens.length];
            Token memory token = collectible.token(tokenId);
            if (token.status == TokenStatus.Live && !token.distributed && !_isHeld(tokenId)) return tokenId;
        }
        return _newToken(seed, address(0));
    }

    /// @dev A token that its holder may give on, after a time that is waited.
    function _giveable(uint256 seed) private returns (uint256 tokenId, address holder) {
        bool found;
        for (uint256 i = 0; i < tokens.length && !found; ++i) {
            tokenId = tokens[(i + seed % tokens.length) % tokens.length];
            Token memory token = collectible.token(tokenId);
            found = token.status == TokenStatus.Live && token.distributed && !_isHeld(tokenId)
                && identities.canSend(token.holder);
        }
        if (!found) tokenId = _newToken(seed, _newPerson(Custody.Own));
        holder = collectible.ownerOf(tokenId);
        // A day later nothing was given on that day, and the longest period is over.
        if (tokens.length != 0) _followAt(clock);
        clock += 31 days;
        vm.warp(clock);
    }

    function _giveSigned(uint256 seed) private {
        (uint256 tokenId, address holder) = _giveable(seed);
        address to = _personBut(seed, holder, address(0));
        vm.prank(relayer);
        collectible.give(_consented(tokenId, holder, to));
        require(collectible.ownerOf(tokenId) == to, "it was not given");
    }

    function _consented(uint256 tokenId, address from, address to) private returns (SignedGift memory) {
        Gift memory gift = Gift(tokenId, from, to, _nonce(), uint64(clock));
        return _accepted(_signed(gift, _keys[from]), _keys[to], _nonce());
    }

    function _giveMany(uint256 seed) private {
        (uint256 tokenId, address holder) = _giveable(seed);
        address to = _personBut(seed, holder, address(0));
        SignedGift[] memory gifts = new SignedGift[](3);
        gifts[0] = _consented(tokenId, holder, to);
        gifts[1] = _consented(tokenId, holder, to);
        gifts[2] = gifts[0];
        vm.prank(relayer);
        collectible.giveBatch(gifts);
        require(collectible.ownerOf(tokenId) == to, "it was not given");
    }

    function _giveByOwnTransaction(uint256 seed) private {
        (uint256 tokenId, address holder) = _giveable(seed);
        address to = _personBut(seed, holder, address(0));
        SignedGift memory gift = _consented(tokenId, holder, to);
        gift.signature = "";
        vm.prank(holder);
        collectible.give(gift);
    }

    function _lend(uint256 seed) private {
        Policy memory policy = _randomPolicy(seed);
        policy.longestLoan = 30 days;
        (, uint256 editionId) = _edition(WorkKind.Publication, policy, 1);
        editions.push(editionId);
        workIds.push(collections.edition(editionId).workId);
        (nextSerial[editionId], lowestCap[editionId]) = (1, 1);
        address holder = _person(seed);
        uint256 tokenId = _mintIn(editionId, holder);
        Loan memory loan = Loan(
            tokenId,
            holder,
            _personBut(seed, holder, address(0)),
            uint64(clock + 1 + seed % 30 days),
            _nonce(),
            uint64(clock)
        );
        collectible.lend(loan, _sign(_keys[holder], collectible.loanDigest(loan)));
    }

    function _annul(uint256 seed) private {
        uint256 tokenId = _undistributed(seed);
        vm.prank(museum);
        collectible.annul(tokenId, "mistake");
    }

    // What must fail

    function _attack(uint256 seed) private {
        uint256 tokenId = _live(seed);
        if (!_isHeld(tokenId)) _placeOn(tokenId, seed);
        address holder = collectible.ownerOf(tokenId);
        address to = _personBut(seed, holder, address(0));
        bytes memory move = abi.encodeCall(collectible.transferFrom, (holder, to, tokenId));
        _fails(holder, address(collectible), move);
        _fails(to, address(collectible), move);
        if (holder != museum) {
            SignedGift memory gift = _consented(tokenId, holder, to);
            _fails(relayer, address(collectible), abi.encodeCall(collectible.give, (gift)));
        }
        _fails(museum, address(collectible), abi.encodeCall(collectible.distribute, (Handout(tokenId, to))));
        _fails(museum, address(collectible), abi.encodeCall(collectible.annul, (tokenId, "why")));
        _fails(executor, address(collectible), abi.encodeCall(collectible.forcedTransfer, (holder, to, tokenId)));
        _fails(executor, address(collectible), abi.encodeCall(collectible.forcedTransfer, (holder, holder, tokenId)));
        // An order that was executed does not serve again.
        _fails(executor, address(collectible), abi.encodeCall(collectible.setFrozenTokens, (holder, tokenId, true)));
        _fails(executor, address(collectible), abi.encodeCall(collectible.setFrozenTokens, (holder, tokenId, false)));
        _attackIssuing(seed, tokenId >> 64);
    }

    function _attackIssuing(uint256 seed, uint256 editionId) private {
        uint64 cap = collections.edition(editionId).cap;
        Issue memory issue = Issue(editionId, cap + 1, address(0));
        _fails(museum, address(collectible), abi.encodeCall(collectible.mint, (issue)));
        issue = Issue(editionId, uint64(tokens[seed % tokens.length]), address(0));
        if (tokens[seed % tokens.length] >> 64 == editionId) {
            _fails(museum, address(collectible), abi.encodeCall(collectible.mint, (issue)));
        }
        issue = Issue(_newEdition(seed), 1, stranger);
        _fails(museum, address(collectible), abi.encodeCall(collectible.mint, (issue)));
        _fails(museum, address(collections), abi.encodeCall(collections.lowerCap, (editionId, cap)));
        _fails(museum, address(collections), abi.encodeCall(collections.lowerCap, (editionId, cap + 1)));
        _fails(museum, address(governance), abi.encodeCall(governance.propose, (Role.OrderExecutor, stranger)));
    }

    function allPeople() external view returns (address[] memory) {
        return people;
    }

    function allOfficials() external view returns (address[] memory) {
        return officials;
    }

    function allTokens() external view returns (uint256[] memory) {
        return tokens;
    }

    function allEditions() external view returns (uint256[] memory) {
        return editions;
    }

    function allWorks() external view returns (bytes32[] memory) {
        return workIds;
    }

    function allOrders() external view returns (bytes32[] memory) {
        return orderIds;
    }

    function contracts() external view returns (address[7] memory) {
        return [
            address(ledger),
            address(governance),
            address(orders),
            address(identities),
            address(works),
            address(collections),
            address(collectible)
        ];
    }

    function founders() external view returns (address[7] memory) {
        return [operations, regulation, registrar, officer, museum, filer, executor];
    }
}
