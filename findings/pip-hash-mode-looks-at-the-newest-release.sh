#!/usr/bin/env bash
# pip 23.2.1 (which comes with CPython 3.11.7), msal 1.39.0, pyjwt 2.10.1
#
# One would think that a lock file with `==` and hashes for every package installs the same way for ever. pip 23 takes
# the newest release of a package into account when another locked package asks for it with an extra: msal asks for
# `PyJWT[crypto]`, and the pin in the lock file is for `pyjwt` without the extra. The install ends with an error about
# a requirement that is not pinned. So a lock file that worked breaks, unchanged, on the day a newer pyjwt comes out.
# pip 26 installs the same file; pip 23 does with `--no-deps`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv environment
install=(environment/bin/python -m pip install --disable-pip-version-check --quiet)
"${install[@]}" pip==23.2.1 uv==0.13.9
printf 'msal==1.39.0\npyjwt[crypto]==2.10.1\n' >wanted.in
environment/bin/uv pip compile --quiet --generate-hashes --strip-extras --no-header --no-annotate \
  --output-file locked.txt wanted.in
grep --quiet '^pyjwt==2.10.1' locked.txt

echo "pip 23.2.1 with a complete lock file:"
if "${install[@]}" --dry-run --only-binary :all: --require-hashes --requirement locked.txt >output 2>&1; then
  echo "changed: it installs the lock file"
  exit 1
fi
grep -A1 'must have their versions pinned with ==' output
grep --quiet 'PyJWT\[crypto\]' output

echo "with --no-deps:"
"${install[@]}" --dry-run --no-deps --only-binary :all: --require-hashes --requirement locked.txt
echo "installs it"

"${install[@]}" pip==26.2
echo "pip 26.2:"
"${install[@]}" --dry-run --only-binary :all: --require-hashes --requirement locked.txt
echo "installs it"
