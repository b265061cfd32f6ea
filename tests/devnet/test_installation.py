"""Up, down, status and logs, as the service and the command line use them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from eth_account import Account

from devnet import files, geth, installation, processes
from devnet.errors import DeploymentFailed, NodeUnreachable, NothingThere, WrongChain
from devnet.progress import Notice
from devnet.qianyin import ROLES, Terms
from devnet.rpc import Endpoint
from indexer import deployment as papers
from indexer.evidence import anchor_file
from indexer.keccak import keccak256
from indexer.values import Address, address, as_hex
from indexer.wire import write_address
from tests.devnet.transactions import mined
from tests.devnet_fixtures import LiveNode

pytestmark = pytest.mark.node

_PREDECESSOR = keccak256(b"predecessor()")[:4].hex()


@pytest.fixture(scope="module")
def roles() -> dict[str, Address]:
    """An account for every role."""
    return {role: address(Account.create().address) for role in ROLES}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """An empty home folder, whose node is ended afterwards."""
    folder = tmp_path / "home"
    yield folder
    installation.down(folder)


def _node(home: Path) -> LiveNode:
    return LiveNode("", home, installation.status(home).chain_id)


def _nonce(home: Path) -> int:
    """How many transactions the deployer has sent."""
    sender = Account.from_key((home / "chain" / "deployer.key").read_text()).address
    return int(_node(home).call("eth_getTransactionCount", sender, "latest"), 16)


def _role_of(home: Path, account: Address) -> int:
    """Ask Governance for the role of an account."""
    made = papers.read(home / "deployment.json")
    data = "0x" + keccak256(b"roleOf(address)").hex()[:8] + account.hex().rjust(64, "0")
    where = as_hex(made.contracts["Governance"].address)
    return int(_node(home).call("eth_call", {"to": where, "data": data}, "latest"), 16)


@pytest.mark.parametrize("chain", ["geth", "anvil"])
def test_up_starts_a_chain_with_the_contracts_and_writes_down_where_they_are(
    chain: str, home: Path, roles: dict[str, Address]
) -> None:
    made = installation.up(home, roles, chain=chain, attached=True)
    assert papers.read(home / "deployment.json") == made
    node = Endpoint(made.rpc[0])
    assert int(node.call("eth_chainId"), 16) == made.chain_id
    for contract in made.contracts.values():
        code = node.call("eth_getCode", as_hex(contract.address), hex(made.block))
        assert keccak256(bytes.fromhex(code[2:])) == contract.code_hash


def test_each_role_is_held_by_whom_it_was_given_to_and_the_keys_made_here_hold_none(
    home: Path, roles: dict[str, Address]
) -> None:
    installation.up(home, roles, attached=True)
    assert [_role_of(home, roles[role]) for role in ROLES] == [1, 2, 3, 4, 5, 6, 7]
    deployer = address(Account.from_key((home / "chain" / "deployer.key").read_text()).address)
    assert _role_of(home, deployer) == 0
    assert [_role_of(home, validator) for validator in geth.signers(home / "chain" / "geth")] == [0]


def test_the_trust_anchor_pins_the_validator_of_the_genesis(home: Path, roles: dict[str, Address]) -> None:
    made = installation.up(home, roles, attached=True, demo=True)
    pinned = anchor_file.read_anchor((home / "trust-anchor.json").read_bytes())
    assert pinned.genesis_hash == made.genesis_hash
    assert pinned.consensus.validators_at(1) == tuple(geth.signers(home / "chain" / "geth"))
    assert (pinned.demo, pinned.issuers) == (True, ())


def test_on_anvil_the_trust_anchor_says_that_blocks_carry_no_seal(
    home: Path, roles: dict[str, Address]
) -> None:
    installation.up(home, roles, chain="anvil", attached=True)
    pinned = anchor_file.read_anchor((home / "trust-anchor.json").read_bytes())
    assert (pinned.consensus.kind, pinned.consensus.validators_at(1)) == ("none", None)


def test_a_home_folder_may_lie_deep(tmp_path: Path) -> None:
    """A socket's path may have 107 bytes, and geth does not start where it cannot listen at its own."""
    home = tmp_path.joinpath(*["a-folder-of-forty-characters-and-no-more"] * 4)
    installation.start(home, chain="geth", attached=True)
    try:
        assert (home / "chain" / "geth" / geth.SOCKET).is_socket()
    finally:
        installation.down(home)


def test_a_second_up_finds_node_and_contracts(home: Path, roles: dict[str, Address]) -> None:
    first = installation.up(home, roles, attached=True)
    pid, sent = installation.status(home).pid, _nonce(home)
    assert installation.up(home, attached=True) == first
    assert (installation.status(home).pid, _nonce(home)) == (pid, sent)


@pytest.mark.parametrize("chain", ["geth", "anvil"])
def test_up_after_down_finds_the_contracts(chain: str, home: Path, roles: dict[str, Address]) -> None:
    first = installation.up(home, roles, chain=chain, attached=True)
    assert installation.down(home)
    again = installation.up(home, attached=True)
    assert replace(again, rpc=()) == replace(first, rpc=())
    assert _nonce(home) == len(first.contracts)


def test_the_second_up_does_not_overwrite_what_was_added_to_the_trust_anchor(
    home: Path, roles: dict[str, Address]
) -> None:
    installation.up(home, roles, attached=True)
    (home / "trust-anchor.json").write_text("signed by somebody")
    installation.up(home, attached=True)
    assert (home / "trust-anchor.json").read_text() == "signed by somebody"


def test_two_ups_at_once_make_one_chain_and_one_deployment(home: Path, roles: dict[str, Address]) -> None:
    command = [sys.executable, "-m", "devnet", "up", "--home", str(home), "--json"]
    for role, account in roles.items():
        command += ["--role", f"{role}={write_address(account)}"]
    search = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    callers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=search) for _ in range(2)]
    answers = [caller.communicate(timeout=120)[0] for caller in callers]
    assert [caller.returncode for caller in callers] == [0, 0]
    assert json.loads(answers[0]) == json.loads(answers[1])
    assert _nonce(home) == len(json.loads(answers[0])["contracts"])


@pytest.mark.parametrize("seconds", [0.05, 0.2, 0.4, 0.6, 0.8, 1.0])
def test_up_after_an_up_that_was_killed_ends_with_one_deployment(
    seconds: float, home: Path, roles: dict[str, Address]
) -> None:
    script = (
        "import json, sys; from pathlib import Path; from devnet import installation\n"
        "print('begun', flush=True)\n"
        "roles = {role: bytes.fromhex(account) for role, account in json.loads(sys.argv[2]).items()}\n"
        "installation.up(Path(sys.argv[1]), roles)\n"
    )
    search = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    told = json.dumps({role: account.hex() for role, account in roles.items()})
    command = [sys.executable, "-c", script, str(home), told]
    caller = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=search)
    assert caller.stdout is not None
    assert caller.stdout.readline() == "begun\n"
    time.sleep(seconds)
    caller.kill()
    caller.communicate()
    made = installation.up(home, roles)
    assert _nonce(home) == len(made.contracts)
    assert not (home / "chain" / "deployment.draft.json").exists()


def test_everything_acknowledged_is_there_after_node_and_caller_were_killed_together(
    home: Path, roles: dict[str, Address]
) -> None:
    made = installation.up(home, roles, attached=True)
    receipt = mined(_node(home), 3)
    _node(home).kill()
    assert installation.up(home, attached=True).contracts == made.contracts
    block = _node(home).call("eth_getBlockByNumber", receipt["blockNumber"], False)
    assert block["hash"] == receipt["blockHash"]


def test_down_leaves_no_process(home: Path) -> None:
    installation.start(home)
    pid = installation.status(home).pid
    assert pid is not None
    assert installation.down(home)
    assert processes.start_mark(pid) is None
    assert not installation.down(home)


def test_down_does_not_end_a_stranger_who_got_the_nodes_pid(home: Path) -> None:
    installation.start(home, chain="anvil", attached=True)
    _node(home).kill()
    stranger = subprocess.Popen(["/bin/sleep", "60"])
    try:
        record = files.read_json(home / "chain" / "node.json")
        files.write_json(home / "chain" / "node.json", record | {"pid": stranger.pid})
        assert installation.status(home).pid is None
        assert not installation.down(home)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_taken_port_is_replaced_and_written_down(home: Path, roles: dict[str, Address]) -> None:
    first = installation.up(home, roles, chain="anvil", attached=True)
    installation.down(home)
    port = int(first.rpc[0].rsplit(":", 1)[1])
    with socket.create_server(("127.0.0.1", port)):
        again = installation.up(home, attached=True)
    assert again.rpc != first.rpc
    assert papers.read(home / "deployment.json").rpc == again.rpc
    assert int(Endpoint(again.rpc[0]).call("eth_chainId"), 16) == first.chain_id


def test_the_port_stays_the_same_where_it_can(home: Path) -> None:
    first = installation.start(home, chain="anvil", attached=True)
    installation.down(home)
    assert installation.start(home, attached=True) == first


def test_a_node_of_somebody_else_is_used_and_left_running(
    geth_node: LiveNode, home: Path, roles: dict[str, Address]
) -> None:
    made = installation.up(home, roles, rpc=geth_node.url)
    assert made.chain_id == geth_node.chain_id
    assert made.rpc == (geth_node.url,)
    status = installation.status(home)
    assert (status.kind, status.pid, status.answers, status.deployed) == ("rpc", None, True, True)
    assert not installation.down(home)
    assert installation.up(home) == made
    assert geth_node.call("eth_chainId") == hex(made.chain_id)


def test_new_contracts_continue_the_ledger_of_older_ones(
    home: Path, tmp_path: Path, roles: dict[str, Address], anvil_node: LiveNode
) -> None:
    older = installation.up(home, roles, rpc=anvil_node.url)
    made = installation.up(tmp_path / "next", roles, rpc=anvil_node.url, predecessor=older)
    asked = {"to": as_hex(made.contracts["ProvenanceLedger"].address), "data": "0x" + _PREDECESSOR}
    answer = bytes.fromhex(str(anvil_node.call("eth_call", asked, "latest"))[2:])
    assert int.from_bytes(answer[:32], "big") == older.chain_id
    assert answer[44:64] == older.contracts["ProvenanceLedger"].address
    assert int.from_bytes(answer[96:128], "big") == len(ROLES)
    again = installation.up(tmp_path / "next", roles, rpc=anvil_node.url, predecessor=older)
    assert again.contracts == made.contracts


def test_a_node_of_somebody_else_that_does_not_answer_is_named(home: Path) -> None:
    with pytest.raises(NodeUnreachable, match=r"127\.0\.0\.1:1"):
        installation.start(home, rpc="http://127.0.0.1:1")


def test_a_home_folder_keeps_its_chain(home: Path, anvil_node: LiveNode) -> None:
    installation.start(home, chain="anvil", attached=True)
    with pytest.raises(WrongChain):
        installation.start(home, chain="geth")
    with pytest.raises(WrongChain):
        installation.start(home, rpc=anvil_node.url)
    with pytest.raises(WrongChain):
        installation.start(home, chain_id=5)


def test_two_homes_have_two_chains(home: Path, anvil_node: LiveNode) -> None:
    installation.start(home, chain="anvil", attached=True)
    assert installation.status(home).chain_id != anvil_node.chain_id


def test_a_chosen_chain_id_is_the_chains(home: Path) -> None:
    endpoint = installation.start(home, chain_id=20_260_214, attached=True)
    assert int(endpoint.call("eth_chainId"), 16) == 20_260_214


def test_contracts_without_governors_are_refused_before_anything_is_sent(
    home: Path, roles: dict[str, Address]
) -> None:
    with pytest.raises(DeploymentFailed, match="operations_governor"):
        installation.up(home, {"issuer": roles["issuer"]}, chain="anvil", attached=True)
    assert not (home / "deployment.json").exists()


def test_a_waiting_time_out_of_range_is_refused_by_the_contract_and_named(
    home: Path, roles: dict[str, Address]
) -> None:
    with pytest.raises(DeploymentFailed, match="Governance"):
        installation.up(home, roles, chain="anvil", terms=Terms(governance_delay=0), attached=True)


def test_status_before_anything_was_made_says_so(home: Path) -> None:
    with pytest.raises(NothingThere):
        installation.status(home)


def test_status_follows_the_node(home: Path) -> None:
    installation.start(home, attached=True)
    running = installation.status(home)
    assert (running.answers, running.block, running.deployed) == (True, 0, False)
    installation.down(home)
    stopped = installation.status(home)
    assert (stopped.answers, stopped.block, stopped.pid) == (False, None, None)
    assert stopped.rpc == running.rpc


def test_logs_are_the_last_lines_and_follow_until_the_node_has_ended(geth_node: LiveNode) -> None:
    last = list(installation.logs(geth_node.home, 3))
    assert len(last) == 3
    following = installation.logs(geth_node.home, 0, follow=True)
    mined(geth_node)
    assert any("Successfully sealed new block" in next(following) for _ in range(10))
    os.kill(geth_node.pid, signal.SIGTERM)
    assert "Blockchain stopped" in list(following)[-1]


def test_up_tells_what_it_is_doing(home: Path, roles: dict[str, Address]) -> None:
    heard: list[Notice] = []
    installation.up(home, roles, attached=True, progress=heard.append)
    assert [(notice.done, notice.total) for notice in heard if notice.stage == "deploy"] == [
        (0, 10),
        (10, 10),
    ]
