"""Why there is no backup, or why it was not put back: each message says what to do.

BackupError
├─ CannotWrite        the file is there already, or its folder takes none
├─ CannotRead         no such file, no archive of ours, damaged, or another passphrase
├─ FromNewerVersion   made by a portal or a LiteLLM that this one does not know
├─ NotEmpty           there is something in the databases
├─ InUse              a portal or a gateway is running
└─ PartAway           Postgres or Redis does not answer, or refuses
"""


class BackupError(Exception):
    pass


class CannotWrite(BackupError):
    pass


class CannotRead(BackupError):
    pass


class FromNewerVersion(BackupError):
    pass


class NotEmpty(BackupError):
    pass


class InUse(BackupError):
    pass


class PartAway(BackupError):
    pass
