// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Recorder} from "./Recorder.sol";
import {IProvenanceLedger, Predecessor} from "./interfaces/IProvenanceLedger.sol";

/// @title A registry that may continue another
/// @notice Where the ledger continues one of this chain, its registries ask those of that ledger what exists already, and
/// those ask theirs.
abstract contract Successor is Recorder {
    /// @notice Named is the registry that it continues, a source of its ledger's predecessor; none where that has none, or
    /// one on another chain.
    error PredecessorForeign(address registry);

    /// @dev Zero where there is none to ask.
    address internal immutable _predecessor;

    constructor(IProvenanceLedger ledger_, address predecessor_) Recorder(ledger_) {
        Predecessor memory before = ledger_.predecessor();
        bool fits = before.chainId == block.chainid
            ? predecessor_.code.length != 0 && address(Recorder(predecessor_).ledger()) == before.ledger
                && IProvenanceLedger(before.ledger).isSource(predecessor_)
            : predecessor_ == address(0);
        if (!fits) revert PredecessorForeign(predecessor_);
        _predecessor = predecessor_;
    }
}
