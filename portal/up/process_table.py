"""Questions to the operating system about its processes."""

from contextlib import suppress
from pathlib import Path


def listens(pid: int, port: int) -> bool:
    """Whether the process or one of its descendants is the one behind the port."""
    import psutil  # noqa: PLC0415 - slow to load, and not needed for the first line

    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for member in (process, *process.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                for connection in member.net_connections("tcp"):
                    if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port:
                        return True
    return False


def working_in(folder: Path, executable: str) -> list[int]:
    """The ids of the executable's processes whose working directory is the folder."""
    import psutil  # noqa: PLC0415 - as above

    place = str(folder.resolve())
    return [
        process.pid
        for process in psutil.process_iter(["name", "cwd", "status"])
        if process.info["name"] == executable
        and process.info["cwd"] == place
        and process.info["status"] != psutil.STATUS_ZOMBIE
    ]
