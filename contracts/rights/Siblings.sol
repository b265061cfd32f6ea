// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Scopes} from "./Scopes.sol";

/// @dev A grant in the search for clashes: its box as `Scopes.pack` makes it, and its id.
struct Sibling {
    uint256 first;
    uint256 territories;
    bytes32 grantId;
}

/// @title A list of grants that is searched for clashes
/// @notice Most are passed by after one word. The territories are read only of those that overlap in everything else, the id
/// only of those that clash. Order means nothing: the last takes the place of one that is removed.
library Siblings {
    uint256 private constant WORDS = 3;

    /// @return place Of the next, from `start` on, that overlaps the box; the length of the list where there is none.
    function seek(Sibling[] storage list, uint256 start, uint256 first, uint256 territories)
        internal
        view
        returns (uint256 place)
    {
        uint256 length = list.length;
        uint256 word;
        // A bounds check for each would read the length again.
        assembly ("memory-safe") {
            mstore(0, list.slot)
            word := add(keccak256(0, 0x20), mul(start, WORDS))
        }
        for (place = start; place < length; ++place) {
            if (_overlapsAt(word, first, territories)) return place;
            word += WORDS;
        }
    }

    /// @dev Put one at the end.
    /// @return place Its place, from 0.
    function add(Sibling[] storage list, uint256 first, uint256 territories, bytes32 grantId)
        internal
        returns (uint256 place)
    {
        place = list.length;
        list.push(Sibling(first, territories, grantId));
    }

    /// @dev Take one out.
    /// @return moved The one that has its place now; zero where it was the last.
    function remove(Sibling[] storage list, uint256 place) internal returns (bytes32 moved) {
        Sibling storage last = list[list.length - 1];
        if (place != list.length - 1) {
            moved = last.grantId;
            list[place] = last;
        }
        list.pop();
    }

    function _overlapsAt(uint256 word, uint256 first, uint256 territories) private view returns (bool) {
        uint256 other;
        assembly ("memory-safe") {
            other := sload(word)
        }
        if (!Scopes.overlapsFirst(first, other)) return false;
        assembly ("memory-safe") {
            other := sload(add(word, 1))
        }
        return other & territories != 0;
    }
}
