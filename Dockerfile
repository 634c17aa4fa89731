# The images of the platform:
#
#   docker build --target portal  --tag registry.example.com/akashchat-portal:0.1.0 .
#   docker build --target gateway --tag registry.example.com/akashchat-gateway:0.1.0 .
#
# Both run with a read-only root file system; only /tmp has to be writable (a tmpfs of 64 MB): uploads larger than 1 MB
# and the catalogue that is in service lie there. FILE_LOGGING=true needs a volume at PORTAL_LOG_DIR as well.
#
# Base images are pinned by version. To pin them by content too, append the digest that
# `docker buildx imagetools inspect NAME:TAG` prints: NAME:TAG@sha256:…
#
# The same sources give the same image when the time of their commit goes into it:
#   docker buildx build --build-arg SOURCE_DATE_EPOCH="$(git log -1 --format=%ct)" \
#     --output type=image,rewrite-timestamp=true …

# The Python that the tests run on.
ARG PORTAL_PYTHON=python:3.11.15-slim-trixie
# LiteLLM's image of the version that requirements.lock names, and a Python of the same minor version as the one in it.
ARG LITELLM_IMAGE=ghcr.io/berriai/litellm-database:v1.108.14
ARG LITELLM_PYTHON=python:3.13.13-slim-trixie


# What we wrote, as a wheel: an image has what is packaged, and nothing of the sources.
FROM ${PORTAL_PYTHON} AS wheel
ARG SOURCE_DATE_EPOCH=0
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
COPY requirements.lock ./
RUN sed --quiet '/^setuptools==/,/[^\\]$/p' requirements.lock > build.lock \
 && pip install --require-hashes --requirement build.lock
COPY pyproject.toml README.md LICENSE ./
COPY litellm_config litellm_config
COPY portal portal
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheel .


FROM ${PORTAL_PYTHON} AS portal-packages
ARG SOURCE_DATE_EPOCH=0
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/portal
COPY requirements.lock ./
RUN /opt/portal/bin/pip install --no-compile --require-hashes --requirement requirements.lock
COPY --from=wheel /wheel /wheel
RUN /opt/portal/bin/pip install --no-compile --no-deps --no-index /wheel/*.whl
# Scripts of the pages, by the package lock of npm; a container never asks a registry.
RUN /opt/portal/bin/portal assets
# LiteLLM, Node and the embedded databases are for other places than a container of the portal.
COPY deployment/image/unneeded.py ./
RUN /opt/portal/bin/python unneeded.py > /unneeded.txt \
 && /opt/portal/bin/pip uninstall --yes --quiet --requirement /unneeded.txt \
 && /opt/portal/bin/portal --help > /dev/null \
 && /opt/portal/bin/portal check --offline \
 && /opt/portal/bin/pip uninstall --yes --quiet pip \
 && find /opt/portal -name __pycache__ -prune -exec rm -r {} + \
 && /opt/portal/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/portal/lib


FROM ${PORTAL_PYTHON} AS portal
COPY --from=portal-packages /opt/portal /opt/portal
ENV PATH=/opt/portal/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    PORTAL_ENVIRONMENT=production \
    PORTAL_HOST=0.0.0.0
USER 10001:10001
WORKDIR /tmp
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
# `portal` gets the signal to stop itself, and ends what runs in good order.
ENTRYPOINT ["portal"]
CMD ["serve"]


# The same packages for the Python of LiteLLM's image. Nothing is built from source.
FROM ${LITELLM_PYTHON} AS gateway-packages
ARG SOURCE_DATE_EPOCH=0
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
COPY requirements.lock ./
COPY --from=portal-packages /unneeded.txt ./
RUN awk 'NR == FNR {gone[$1]; next} /^[a-z]/ {split($1, pin, "=="); keep = !(pin[1] in gone)} keep' \
        unneeded.txt requirements.lock > needed.lock \
 && pip install --target /packages --no-compile --no-deps --only-binary :all: --require-hashes --requirement needed.lock
COPY --from=wheel /wheel /wheel
RUN pip install --target /packages --no-compile --no-deps --no-index /wheel/*.whl \
 && rm -r /packages/bin \
 && PYTHONPATH=/packages PYTHONDONTWRITEBYTECODE=1 python -m portal.cli --help > /dev/null \
 && python -m compileall -q --invalidation-mode unchecked-hash /packages


# LiteLLM as its authors ship it, with its native Prisma engine, started by our own program and not by theirs.
FROM ${LITELLM_IMAGE} AS gateway
USER root
COPY --from=gateway-packages /packages /opt/portal/packages
COPY deployment/image/into_litellm.py /opt/portal/
# Ends the build where the image is not what this file takes it for; deployment/image/README.md says what that is.
RUN ["/app/.venv/bin/python", "/opt/portal/into_litellm.py", "/opt/portal"]
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    PRISMA_QUERY_ENGINE_BINARY=/opt/portal/query-engine \
    PORTAL_GATEWAY_HOST=0.0.0.0
USER 10001:10001
WORKDIR /tmp
EXPOSE 4000
# LiteLLM loads for half a minute before it answers.
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:4000/health/liveliness', timeout=4)"]
ENTRYPOINT ["python", "-m", "portal.cli"]
CMD ["gateway"]
