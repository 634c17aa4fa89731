"""Why `portal up` gives up.

UpError                      one sentence for the person at the terminal
├─ DataDirUnusable           not a folder, not writable, no space
├─ AlreadyRunning            another `portal up` works on the same folder
├─ PrivilegesNotDropped      root, and no way to run Postgres as somebody else
├─ PartFailed                a part does not come up
└─ PortTaken                 another program was quicker; the start is repeated with other ports
"""


class UpError(Exception):
    pass


class DataDirUnusable(UpError):
    pass


class AlreadyRunning(UpError):
    pass


class PrivilegesNotDropped(UpError):
    pass


class PartFailed(UpError):
    pass


class PortTaken(UpError):
    def __init__(self, part: str, port: int) -> None:
        super().__init__(f"Port {port}, meant for {part}, is taken by another program.")
