// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Recorder} from "./Recorder.sol";
import {Subjects} from "./Subjects.sol";
import {IGovernance, Member, Role, Seat} from "./interfaces/IGovernance.sol";
import {IProvenanceLedger} from "./interfaces/IProvenanceLedger.sol";

/// @title Roles with separate admins
contract Governance is IGovernance, Recorder {
    /// @notice One second at least: a proposal and its grant are never in one block.
    uint32 public constant LEAST_DELAY = 1;
    uint32 public constant MOST_DELAY = 30 days;
    /// @inheritdoc IGovernance
    uint32 public constant STAND_IN_WAIT = 30 days;

    /// @inheritdoc IGovernance
    uint32 public immutable delay;

    /// @dev What was proposed for a seat; all zero where nothing is pending.
    struct Proposal {
        address by;
        uint64 effectiveAt;
        address confirmedBy;
    }

    mapping(address account => Role) private _roles;
    mapping(Role role => mapping(address account => Proposal)) private _proposals;
    mapping(Role role => uint256) private _governors;

    constructor(IProvenanceLedger ledger_, uint32 delay_, Member[] memory members) Recorder(ledger_) {
        if (delay_ < LEAST_DELAY || delay_ > MOST_DELAY) revert DelayOutOfRange(delay_, LEAST_DELAY, MOST_DELAY);
        delay = delay_;
        for (uint256 i = 0; i < members.length; ++i) {
            _requireWellFormed(members[i].role, members[i].account);
            _grant(members[i].role, members[i].account);
        }
        if (_governors[Role.OperationsGovernor] == 0) revert LastGovernor(Role.OperationsGovernor);
        if (_governors[Role.RegulationGovernor] == 0) revert LastGovernor(Role.RegulationGovernor);
    }

    /// @inheritdoc IGovernance
    function propose(Role role, address account) external {
        _requireWellFormed(role, account);
        _requireProposer(role, msg.sender);
        _requireFree(account);
        if (_proposals[role][account].by != address(0)) revert ProposalPending(role, account);
        uint64 effectiveAt = uint64(block.timestamp) + delay;
        _proposals[role][account] = Proposal(msg.sender, effectiveAt, address(0));
        _recordSeat(RoleProposed.selector, role, account, abi.encode(role, account, msg.sender, effectiveAt));
    }

    /// @inheritdoc IGovernance
    function confirm(Role role, address account) external {
        if (!_isGovernor(role)) revert RoleMalformed(role, account);
        Proposal storage proposal = _pending(role, account);
        if (proposal.confirmedBy != address(0)) revert ProposalPending(role, account);
        _requireConfirmer(role, proposal.by, msg.sender);
        proposal.confirmedBy = msg.sender;
        _recordSeat(RoleConfirmed.selector, role, account, abi.encode(role, account, msg.sender));
    }

    /// @inheritdoc IGovernance
    function cancel(Role role, address account) external {
        _requireGovernor(msg.sender);
        _pending(role, account);
        delete _proposals[role][account];
        _recordSeat(RoleCancelled.selector, role, account, abi.encode(role, account, msg.sender));
    }

    /// @inheritdoc IGovernance
    function enact(Role role, address account) external {
        Proposal memory proposal = _pending(role, account);
        if (block.timestamp < proposal.effectiveAt) revert ProposalTooEarly(role, account, proposal.effectiveAt);
        _requireProposer(role, proposal.by);
        if (_isGovernor(role)) {
            if (proposal.confirmedBy == address(0)) revert ConfirmationMissing(role, account);
            bool standIn = _requireConfirmer(role, proposal.by, proposal.confirmedBy);
            uint64 earliest = proposal.effectiveAt + STAND_IN_WAIT;
            if (standIn && block.timestamp < earliest) revert ProposalTooEarly(role, account, earliest);
        }
        delete _proposals[role][account];
        _grant(role, account);
    }

    /// @inheritdoc IGovernance
    function revoke(Role role, address account) external {
        requireRole(role, account);
        if (_isGovernor(role)) {
            requireRole(_otherGovernor(role), msg.sender);
            if (_governors[role] == 1) revert LastGovernor(role);
            --_governors[role];
        } else {
            requireRole(_adminOf(role), msg.sender);
        }
        delete _roles[account];
        _recordSeat(RoleRevoked.selector, role, account, abi.encode(role, account, msg.sender));
    }

    /// @inheritdoc IGovernance
    function roleOf(address account) external view returns (Role) {
        return _roles[account];
    }

    /// @inheritdoc IGovernance
    function seat(Role role, address account) public view returns (Seat memory) {
        Proposal storage proposal = _proposals[role][account];
        return Seat(hasRole(role, account), proposal.by, proposal.effectiveAt, proposal.confirmedBy != address(0));
    }

    /// @inheritdoc IGovernance
    function hasRole(Role role, address account) public view returns (bool) {
        return role != Role.None && _roles[account] == role;
    }

    /// @inheritdoc IGovernance
    function requireRole(Role role, address account) public view {
        if (!hasRole(role, account)) revert RoleMissing(role, account);
    }

    function _grant(Role role, address account) private {
        _requireFree(account);
        _roles[account] = role;
        if (_isGovernor(role)) ++_governors[role];
        _recordSeat(RoleGranted.selector, role, account, abi.encode(role, account));
    }

    function _recordSeat(bytes32 act, Role role, address account, bytes memory data) private {
        bytes32 seatId = bytes32((uint256(role) << 160) | uint160(account));
        _record(
            act,
            keccak256(abi.encode(role, account, seat(role, account))),
            Subjects.list(Subjects.id(address(this), seatId), Subjects.id(address(this), 0)),
            data
        );
    }

    function _pending(Role role, address account) private view returns (Proposal storage proposal) {
        proposal = _proposals[role][account];
        if (proposal.by == address(0)) revert ProposalUnknown(role, account);
    }

    /// @dev A governor of either kind may propose a governor; the other kind confirms.
    function _requireProposer(Role role, address account) private view {
        if (_isGovernor(role)) _requireGovernor(account);
        else requireRole(_adminOf(role), account);
    }

    /// @dev Whether the confirmer only stands in: for a governor whose own kind does not answer, and it alone.
    function _requireConfirmer(Role role, address proposer, address confirmer) private view returns (bool standIn) {
        Role other = _otherGovernor(_roles[proposer]);
        standIn = role == other && hasRole(_standIn(other), confirmer);
        if (!standIn) requireRole(other, confirmer);
    }

    function _requireGovernor(address account) private view {
        if (!_isGovernor(_roles[account])) revert RoleMissing(Role.OperationsGovernor, account);
    }

    function _requireFree(address account) private view {
        if (_roles[account] != Role.None) revert RoleTaken(account, _roles[account]);
    }

    function _requireWellFormed(Role role, address account) private pure {
        if (role == Role.None || account == address(0)) revert RoleMalformed(role, account);
    }

    function _isGovernor(Role role) private pure returns (bool) {
        return role == Role.OperationsGovernor || role == Role.RegulationGovernor;
    }

    /// @dev The two hands of a recovery, and the two of an order, have different admins.
    function _adminOf(Role role) private pure returns (Role) {
        return
            role == Role.RecoveryOfficer || role == Role.OrderFiler ? Role.RegulationGovernor : Role.OperationsGovernor;
    }

    /// @dev Whom that kind of governor appoints to look at people: the two hands of a recovery.
    function _standIn(Role governor) private pure returns (Role) {
        return governor == Role.OperationsGovernor ? Role.Registrar : Role.RecoveryOfficer;
    }

    /// @dev None for an account that is no governor (any more): nobody has that role.
    function _otherGovernor(Role role) private pure returns (Role) {
        if (role == Role.OperationsGovernor) return Role.RegulationGovernor;
        return role == Role.RegulationGovernor ? Role.OperationsGovernor : Role.None;
    }
}
