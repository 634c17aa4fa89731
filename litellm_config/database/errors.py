"""Why LiteLLM's database could not be made ready: each message says what is wrong and what to do.

DatabaseSetupError
├─ PackageMissing          a Python package that LiteLLM's database needs is not installed
├─ EngineNotInstalled      npm could not install the query engine
├─ EngineNotFound          PRISMA_QUERY_ENGINE_BINARY names no file
├─ ClientNotGenerated      Prisma could not write its Python client
├─ DatabaseUnreachable     Postgres does not answer, or does not let us in
├─ DatabaseNotOurs         LiteLLM's tables are there without a history of migrations
├─ MigrationBlocked        an earlier migration failed and waits for a person
├─ MigrationFailed         Postgres refused a migration
└─ MigrationLockBusy       another process has been migrating for too long
"""


class DatabaseSetupError(Exception):
    pass


class PackageMissing(DatabaseSetupError):
    pass


class EngineNotInstalled(DatabaseSetupError):
    pass


class EngineNotFound(DatabaseSetupError):
    pass


class ClientNotGenerated(DatabaseSetupError):
    pass


class DatabaseUnreachable(DatabaseSetupError):
    pass


class DatabaseNotOurs(DatabaseSetupError):
    pass


class MigrationBlocked(DatabaseSetupError):
    pass


class MigrationFailed(DatabaseSetupError):
    pass


class MigrationLockBusy(DatabaseSetupError):
    pass
