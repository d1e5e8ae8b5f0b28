# SPDX-License-Identifier: BSD-3-Clause
"""What tests wait for, in the kernel's words."""

from lab import diag
from lab.daemon import Daemon
from lab.namespace import Namespace
from lab.traffic import Client
from lab.uplinks import Lab
from lab.waiting import wait_for


def all_clients(lab: Lab) -> set[str]:
    """The client's IPv4 addresses, one on each uplink."""
    return {uplink.client for uplink in lab.uplinks}


def all_clients6(lab: Lab) -> set[str]:
    """Likewise of IPv6."""
    return {uplink.client6 for uplink in lab.uplinks}


def describe(namespace: Namespace) -> str:
    """Every connection with its subflows, for the message of a failure."""
    lines = []
    for connection in diag.connections(namespace):
        lines.append(f"connection {connection.token:#010x} from port {connection.local_port}")
        for s in connection.subflows:
            lines.append(f"  {s.local}:{s.local_port} -> {s.remote}:{s.remote_port} ids "
                         f"{s.local_id}/{s.remote_id} {s.flags!r} established={s.established}")
    return "\n".join(lines)


def kernel_view(daemon: Daemon) -> str:
    return f"{describe(daemon.namespace)}\n{daemon.said()}"


def joins_sent(lab: Lab) -> int:
    return lab.client.mib()["MPJoinSynTx"]


def wait_for_locals(daemon: Daemon, client: Client, expected: set[str],
                    timeout: float = 10.0) -> diag.Connection:
    """Waits until the client's connection has established subflows from exactly these local
    addresses."""
    def reached() -> diag.Connection | None:
        found = diag.connection(daemon.namespace, client.port)
        return found if found.locals() == expected else None
    return wait_for(reached, f"subflows from exactly {sorted(expected)}", timeout,
                    lambda: kernel_view(daemon))


def wait_for_all_locals(daemon: Daemon, clients: list[Client], expected: set[str],
                        timeout: float = 30.0) -> None:
    """The same for many connections at once."""
    ports = {client.port for client in clients}

    def lacking() -> list[int]:
        found = {c.local_port: c.locals() for c in diag.connections(daemon.namespace)}
        return [port for port in ports if found.get(port) != expected]
    wait_for(lambda: not lacking(), f"{len(clients)} connections with {sorted(expected)}", timeout,
             lambda: f"{len(lacking())} connections lack them\n{daemon.said()}")


def wait_for_known(daemon: Daemon, client: Client) -> dict:
    """Waits until the daemon lists the client's connection as established."""
    token = diag.connection(daemon.namespace, client.port).token

    def known() -> dict | None:
        entry = daemon.connections().get(token)
        return entry if entry is not None and entry["state"] == "established" else None
    return wait_for(known, f"subflowd knows connection {token:#010x} as established",
                    otherwise=lambda: kernel_view(daemon))


def wait_for_joins(namespace: Namespace, client: Client, count: int) -> diag.Connection:
    """Waits until the client's connection has so many subflows beyond the initial one."""
    def reached() -> diag.Connection | None:
        found = diag.connection(namespace, client.port)
        return found if len(found.joins()) == count else None
    return wait_for(reached, f"{count} subflows beyond the initial one",
                    otherwise=lambda: describe(namespace))
