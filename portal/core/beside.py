"""Settings of commands beside a `portal up`: its data folder says where the parts are, so that nobody has to.

What is set in the environment wins.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from portal.core.data_folder import DATA_DIR, is_running, told_by, unreadable, why_nothing
from portal.core.settings import FORM, Settings, SettingsInvalid, load_settings


def environment_beside(data_dir: Path | None, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """These variables, and where the parts are that run on the folder.

    Raises `SettingsInvalid` where a folder was named and nothing runs on it.
    """
    folder = data_dir or DATA_DIR
    try:
        told = told_by(folder) if is_running(folder) else {}
    except OSError as error:
        if data_dir:
            raise SettingsInvalid(unreadable(folder, error)) from error
        told = {}
    if data_dir and not told and not all(environment.get(name) for name in FORM):
        raise SettingsInvalid(why_nothing(folder))
    return {**told, **{name: value for name, value in environment.items() if value or name not in told}}


def settings_beside(data_dir: Path | None) -> Settings:
    """For commands that ask the parts; raises `SettingsInvalid`, which says how to come by them."""
    try:
        return load_settings(environment_beside(data_dir))
    except SettingsInvalid as error:
        if data_dir or not any(f"{name}: is not set" in str(error).splitlines() for name in FORM):
            raise
        raise SettingsInvalid(f"{error}\n{why_nothing(DATA_DIR)}") from error
