// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice What a key may do. An account has at most one role.
enum Role {
    None,
    OperationsGovernor,
    RegulationGovernor,
    Registrar,
    RecoveryOfficer,
    Issuer,
    OrderFiler,
    OrderExecutor
}

/// @notice An account that has a role from the start.
struct Member {
    Role role;
    address account;
}

/// @notice State of a seat, one account in one role. `stateAfter = keccak256(abi.encode(role, account, ...))` with the
/// fields in this order. All but `holds` is about a proposal, and zero where none is pending.
struct Seat {
    bool holds;
    address proposedBy;
    uint64 effectiveAt;
    bool confirmed;
}

/// @title Roles with separate admins
/// @notice The operations governor proposes Registrar, Issuer and OrderExecutor; the regulation governor proposes
/// RecoveryOfficer and OrderFiler; a governor is proposed by one kind of governor and confirmed by the other. What takes two
/// hands, a recovery and an order, so takes hands of two admins: neither governor can move a token alone. A grant takes
/// effect after the delay, and either governor may cancel it until then; a proposal ends with its proposer's role;
/// revocation is immediate. An account that has a role is given no other, so that no key can collect them: a regulator
/// cannot mint, an issuer cannot hold.
///
/// A kind of governor whose keys are all lost is replaced like a lost account, by two hands and a waiting time: the other kind
/// proposes, one that the lost kind appointed stands in for its confirmation (a registrar for operations, a recovery officer
/// for regulation), and the grant waits `STAND_IN_WAIT` longer, in which the old key, were it not lost, cancels.
interface IGovernance {
    /// @notice Act: a role was proposed; it can be taken from `effectiveAt` on. Subjects: seat(role, account), governance.
    event RoleProposed(Role role, address account, address by, uint64 effectiveAt);
    /// @notice Act: the other governor agreed to a new governor. Subjects: the same.
    event RoleConfirmed(Role role, address account, address by);
    /// @notice Act: a proposal was struck out. Subjects: the same.
    event RoleCancelled(Role role, address account, address by);
    /// @notice Act: the account has the role from now on. Subjects: the same.
    event RoleGranted(Role role, address account);
    /// @notice Act: the account has no role any more. Subjects: the same.
    event RoleRevoked(Role role, address account, address by);

    error RoleMissing(Role role, address account);
    error RoleTaken(address account, Role has);
    error ProposalUnknown(Role role, address account);
    error ProposalPending(Role role, address account);
    error ProposalTooEarly(Role role, address account, uint64 effectiveAt);
    error ConfirmationMissing(Role role, address account);
    error DelayOutOfRange(uint32 delay, uint32 least, uint32 most);
    error RoleMalformed(Role role, address account);
    /// @notice The last governor of a kind is not revoked: nobody could appoint another.
    error LastGovernor(Role role);

    function propose(Role role, address account) external;
    /// @notice The kind of governor that did not propose agrees, or who stands in for it. Only for governor roles.
    function confirm(Role role, address account) external;
    function cancel(Role role, address account) external;
    /// @notice Take a role whose time has come. Anybody.
    function enact(Role role, address account) external;
    /// @notice Take a role away at once. The governors of operations and of regulation, each for their roles; for a
    /// governor, the other kind.
    function revoke(Role role, address account) external;

    function roleOf(address account) external view returns (Role);
    function seat(Role role, address account) external view returns (Seat memory);
    function hasRole(Role role, address account) external view returns (bool);
    /// @notice Reverts with `RoleMissing`.
    function requireRole(Role role, address account) external view;
    function delay() external view returns (uint32);
    /// @notice Seconds that a grant waits longer where the confirmer only stands in.
    function STAND_IN_WAIT() external view returns (uint32);
}
