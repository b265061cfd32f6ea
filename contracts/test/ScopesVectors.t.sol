// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Axis, Scope} from "../interfaces/IRightsRegistry.sol";
import {Scopes} from "../rights/Scopes.sol";
import {Test} from "forge-std/Test.sol";

/// @notice What tests/vectors/scopes.json asks, answered by the library: the answers were found by looking at every point.
contract ScopesVectorsTest is Test {
    using Scopes for Scope;

    string private constant FILE = "tests/vectors/scopes.json";

    mapping(bytes32 op => uint256) private asked;

    function test_the_library_answers_as_the_vectors_say() public {
        // Cut into questions first: a small text is read quickly, again and again.
        string[] memory questions = vm.split(vm.readFile(FILE), "\n {\n  \"op\":");
        assertGt(questions.length, 100);
        for (uint256 i = 1; i < questions.length; ++i) {
            string memory question = string.concat("{\"op\":", _whole(questions[i]));
            bytes32 op = keccak256(bytes(vm.parseJsonString(question, ".op")));
            _ask(op, question);
            ++asked[op];
        }
        string[7] memory all = ["contains", "overlaps", "intersect", "volume", "onwards", "cut", "merge"];
        for (uint256 i = 0; i < all.length; ++i) {
            assertGt(asked[keccak256(bytes(all[i]))], 0, all[i]);
        }
    }

    function _ask(bytes32 op, string memory question) private view {
        if (op == keccak256("contains")) {
            assertEq(_scope(question, ".a").contains(_scope(question, ".b")), _yes(question), question);
        } else if (op == keccak256("overlaps")) {
            _assertOverlaps(_scope(question, ".a"), _scope(question, ".b"), question);
        } else if (op == keccak256("intersect")) {
            (bool some, Scope memory common) = _scope(question, ".a").intersect(_scope(question, ".b"));
            _assertBox(some, common, question);
        } else if (op == keccak256("volume")) {
            assertEq(_scope(question, ".a").volume(), vm.parseJsonUint(question, ".expected"), question);
        } else if (op == keccak256("onwards")) {
            uint32 day = uint32(vm.parseJsonUint(question, ".day"));
            (bool some, Scope memory rest) = _scope(question, ".a").onwards(day);
            _assertBox(some, rest, question);
        } else if (op == keccak256("cut")) {
            _assertCut(question);
        } else if (op == keccak256("merge")) {
            _assertMerge(question);
        }
    }

    function _assertOverlaps(Scope memory a, Scope memory b, string memory question) private pure {
        bool expected = _yes(question);
        (uint256 aFirst, uint256 aTerritories) = a.pack();
        (uint256 bFirst, uint256 bTerritories) = b.pack();
        assertEq(a.overlaps(b), expected, question);
        assertEq(Scopes.overlapsPacked(aFirst, aTerritories, bFirst, bTerritories), expected, question);
    }

    function _assertCut(string memory question) private view {
        Axis axis = Axis(vm.parseJsonUint(question, ".axis"));
        uint256[] memory cuts = _numbers(question, ".cuts");
        Scope[] memory expected = _scopes(question, ".expected");
        try this.cut(_scope(question, ".a"), axis, cuts) returns (Scope[] memory parts) {
            assertEq(abi.encode(parts), abi.encode(expected), question);
        } catch {
            assertEq(expected.length, 0, question);
        }
    }

    function _assertMerge(string memory question) private view {
        Axis axis = Axis(vm.parseJsonUint(question, ".axis"));
        Scope[] memory parts = _scopes(question, ".parts");
        if (parts.length < 2 || parts.length > Scopes.MOST_PARTS) return;
        try this.merge(parts, axis) returns (Scope memory whole) {
            _assertBox(true, whole, question);
        } catch {
            _assertBox(false, parts[0], question);
        }
    }

    function cut(Scope memory scope, Axis axis, uint256[] memory cuts) external pure returns (Scope[] memory) {
        return scope.cut(axis, cuts, 0);
    }

    function merge(Scope[] memory parts, Axis axis) external pure returns (Scope memory) {
        return Scopes.merge(parts, axis, new uint256[](parts.length));
    }

    function _assertBox(bool some, Scope memory found, string memory question) private view {
        assertEq(some, vm.keyExistsJson(question, ".expected.rights"), question);
        if (some) assertEq(abi.encode(found), abi.encode(_scope(question, ".expected")), question);
    }

    function _yes(string memory question) private pure returns (bool) {
        return vm.parseJsonBool(question, ".expected");
    }

    function _scope(string memory question, string memory key) private pure returns (Scope memory) {
        return Scope({
            rights: uint16(vm.parseJsonUint(question, string.concat(key, ".rights"))),
            territories: vm.parseJsonUint(question, string.concat(key, ".territories")),
            languages: uint128(vm.parseJsonUint(question, string.concat(key, ".languages"))),
            media: uint32(vm.parseJsonUint(question, string.concat(key, ".media"))),
            from: uint32(vm.parseJsonUint(question, string.concat(key, ".from"))),
            until: uint32(vm.parseJsonUint(question, string.concat(key, ".until")))
        });
    }

    function _scopes(string memory question, string memory key) private view returns (Scope[] memory scopes) {
        uint256 length = _length(question, key);
        scopes = new Scope[](length);
        for (uint256 i = 0; i < length; ++i) {
            scopes[i] = _scope(question, _place(key, i));
        }
    }

    function _numbers(string memory question, string memory key) private view returns (uint256[] memory numbers) {
        uint256 length = _length(question, key);
        numbers = new uint256[](length);
        for (uint256 i = 0; i < length; ++i) {
            numbers[i] = vm.parseJsonUint(question, _place(key, i));
        }
    }

    function _length(string memory question, string memory key) private view returns (uint256 length) {
        while (vm.keyExistsJson(question, _place(key, length))) {
            ++length;
        }
    }

    function _place(string memory key, uint256 place) private pure returns (string memory) {
        return string.concat(key, "[", vm.toString(place), "]");
    }

    /// @dev Without what follows the last brace.
    function _whole(string memory text) private pure returns (string memory) {
        bytes memory letters = bytes(text);
        uint256 length = letters.length;
        while (letters[length - 1] != "}") {
            --length;
        }
        assembly ("memory-safe") {
            mstore(letters, length)
        }
        return string(letters);
    }
}
