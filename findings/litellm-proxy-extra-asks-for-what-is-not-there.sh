#!/usr/bin/env bash
# litellm 1.108.14 and 1.108.7, uv 0.13.9
#
# One would think that the newest patch release of a line can be installed as its documentation says, with the extra
# `proxy`. litellm 1.108.14 pins builds of its two companions (litellm-proxy-extras 0.4.110.post1, litellm-enterprise
# 0.1.79.post3) that the package index does not have; 1.108.7 is the newest of its line whose pins can all be had. The
# release without the extra installs, and with its companions missing altogether `uv pip check` finds nothing wrong:
# pins behind an extra are checked by nobody once the package is installed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv environment
environment/bin/python -m pip install --disable-pip-version-check --quiet uv==0.13.9
uv=environment/bin/uv

resolves() { echo "litellm[proxy]==$1" | "$uv" pip compile --quiet --python-version 3.12 --only-binary :all: - >output 2>&1; }

if resolves 1.108.14; then
  echo "changed: litellm[proxy]==1.108.14 can be installed"
  exit 1
fi
echo "litellm[proxy]==1.108.14:"
grep --only-matching --extended-regexp 'litellm-(proxy-extras|enterprise)==[0-9a-z.]+' output | sort --unique
resolves 1.108.7
echo "litellm[proxy]==1.108.7 resolves:"
grep --extended-regexp '^litellm' output

"$uv" pip install --quiet --python environment litellm==1.108.14
"$uv" pip check --python environment 2>&1 | tail --lines 1
! "$uv" pip show --quiet --python environment litellm-proxy-extras 2>/dev/null
