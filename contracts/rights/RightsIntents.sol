// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {GrantAmendment, Offer, Surrender, Termination} from "../interfaces/IGrants.sol";
import {
    Alone,
    Assignment,
    Claim,
    EstateAmendment,
    Merge,
    Ownership,
    Scope,
    Split
} from "../interfaces/IRightsRegistry.sol";

/// @title The EIP-712 structs that the parties to rights sign
library RightsIntents {
    bytes32 private constant ALONE = keccak256("Alone(uint32 longest,uint16 quota)");
    bytes32 private constant OWNERSHIP = keccak256("Ownership(address[] owners,uint32[] parts)");
    bytes32 private constant SCOPE =
        keccak256("Scope(uint16 rights,uint256 territories,uint128 languages,uint32 media,uint32 from,uint32 until)");
    bytes32 private constant CLAIM = keccak256(
        "Claim(bytes32 workId,Scope scope,Ownership ownership,Alone alone,uint32 backlogUntil,uint64 deadline)"
        "Alone(uint32 longest,uint16 quota)" "Ownership(address[] owners,uint32[] parts)"
        "Scope(uint16 rights,uint256 territories,uint128 languages,uint32 media,uint32 from,uint32 until)"
    );
    bytes32 private constant SPLIT =
        keccak256("Split(uint256 estateId,uint32 revision,uint8 axis,uint256[] cuts,uint64 deadline)");
    bytes32 private constant MERGE =
        keccak256("Merge(uint256[] estateIds,uint32[] revisions,uint8 axis,uint64 deadline)");
    bytes32 private constant ASSIGNMENT = keccak256(
        "Assignment(uint256 estateId,uint32 revision,Ownership ownership,bytes32 agreement,bytes32 agreementCid,uint64 deadline)"
        "Ownership(address[] owners,uint32[] parts)"
    );
    bytes32 private constant ESTATE_AMENDMENT = keccak256(
        "EstateAmendment(uint256 estateId,uint32 revision,Scope scope,string reason,uint64 deadline)"
        "Scope(uint16 rights,uint256 territories,uint128 languages,uint32 media,uint32 from,uint32 until)"
    );
    bytes32 private constant OFFER = keccak256(
        "Grant(uint256 estateId,bytes32 parentId,uint32 revision,address licensee,uint8 kind,bool sublicensable,Scope scope,uint16 noticeDays,bytes32 conditions,bytes32 agreement,bytes32 agreementCid,uint32 signedOn,uint64 deadline)"
        "Scope(uint16 rights,uint256 territories,uint128 languages,uint32 media,uint32 from,uint32 until)"
    );
    bytes32 private constant SURRENDER =
        keccak256("Surrender(bytes32 grantId,uint32 revision,uint32 until,uint64 deadline)");
    bytes32 private constant TERMINATION = keccak256(
        "Termination(bytes32 grantId,uint32 revision,uint8 ground,uint32 until,string reason,uint64 deadline)"
    );
    bytes32 private constant GRANT_AMENDMENT = keccak256(
        "GrantAmendment(bytes32 grantId,uint32 revision,Scope scope,string reason,uint64 deadline)"
        "Scope(uint16 rights,uint256 territories,uint128 languages,uint32 media,uint32 from,uint32 until)"
    );

    function claim(Claim calldata claim_) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                CLAIM,
                claim_.workId,
                _scope(claim_.scope),
                _ownership(claim_.ownership),
                _alone(claim_.alone),
                claim_.backlogUntil,
                claim_.deadline
            )
        );
    }

    function split(Split calldata split_) internal pure returns (bytes32) {
        bytes32 cuts = keccak256(abi.encodePacked(split_.cuts));
        return keccak256(abi.encode(SPLIT, split_.estateId, split_.revision, split_.axis, cuts, split_.deadline));
    }

    function merge(Merge calldata merge_) internal pure returns (bytes32) {
        bytes32 estateIds = keccak256(abi.encodePacked(merge_.estateIds));
        bytes32 revisions = keccak256(abi.encodePacked(merge_.revisions));
        return keccak256(abi.encode(MERGE, estateIds, revisions, merge_.axis, merge_.deadline));
    }

    function assignment(Assignment calldata assignment_) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                ASSIGNMENT,
                assignment_.estateId,
                assignment_.revision,
                _ownership(assignment_.ownership),
                assignment_.agreement,
                assignment_.agreementCid,
                assignment_.deadline
            )
        );
    }

    function estateAmendment(EstateAmendment calldata amendment) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                ESTATE_AMENDMENT,
                amendment.estateId,
                amendment.revision,
                _scope(amendment.scope),
                keccak256(bytes(amendment.reason)),
                amendment.deadline
            )
        );
    }

    function offer(Offer calldata offer_) internal pure returns (bytes32) {
        // In two halves, since the stack ends at sixteen; all words are static, so they follow one another.
        bytes memory first = abi.encode(
            OFFER,
            offer_.estateId,
            offer_.parentId,
            offer_.revision,
            offer_.licensee,
            offer_.kind,
            offer_.sublicensable,
            _scope(offer_.scope)
        );
        bytes memory second = abi.encode(
            offer_.noticeDays,
            offer_.conditions,
            offer_.agreement,
            offer_.agreementCid,
            offer_.signedOn,
            offer_.deadline
        );
        return keccak256(bytes.concat(first, second));
    }

    function surrender(Surrender calldata surrender_) internal pure returns (bytes32) {
        return keccak256(abi.encode(SURRENDER, surrender_));
    }

    function termination(Termination calldata termination_) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                TERMINATION,
                termination_.grantId,
                termination_.revision,
                termination_.ground,
                termination_.until,
                keccak256(bytes(termination_.reason)),
                termination_.deadline
            )
        );
    }

    function grantAmendment(GrantAmendment calldata amendment) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                GRANT_AMENDMENT,
                amendment.grantId,
                amendment.revision,
                _scope(amendment.scope),
                keccak256(bytes(amendment.reason)),
                amendment.deadline
            )
        );
    }

    function _scope(Scope calldata scope) private pure returns (bytes32) {
        return keccak256(abi.encode(SCOPE, scope));
    }

    function _ownership(Ownership calldata ownership) private pure returns (bytes32) {
        // Packed, the elements of an array still take a word each, as EIP-712 wants them.
        bytes32 owners = keccak256(abi.encodePacked(ownership.owners));
        return keccak256(abi.encode(OWNERSHIP, owners, keccak256(abi.encodePacked(ownership.parts))));
    }

    function _alone(Alone calldata alone) private pure returns (bytes32) {
        return keccak256(abi.encode(ALONE, alone));
    }
}
