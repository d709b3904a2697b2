FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
# Dependencies change less often than code: their layers come first. Every file that is installed has a known hash.
COPY requirements.txt requirements-build.txt ./
RUN python3 -m venv /opt/build && /opt/build/bin/pip install --quiet --require-hashes -r requirements-build.txt
RUN python3 -m venv /opt/gateproof && /opt/gateproof/bin/pip install --quiet --require-hashes -r requirements.txt
COPY . .
RUN /opt/build/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist . \
    && /opt/gateproof/bin/pip install --quiet --no-deps --no-index dist/*.whl \
    && /opt/gateproof/bin/pip uninstall --quiet --yes pip setuptools

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="Gateproof" \
      org.opencontainers.image.description="Phase gates that stay shut until recent customer conversations justify each decision" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="0.1.0"
# A fixed number, so that a mounted volume's owner can be set from outside.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin gateproof \
    && install -d -o gateproof -g gateproof -m 0700 /data
COPY --from=build /opt/gateproof /opt/gateproof
ENV PATH=/opt/gateproof/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    GATEPROOF_HOST=0.0.0.0 \
    GATEPROOF_PORT=8000 \
    GATEPROOF_DATABASE_URL=sqlite:////data/gateproof.db
WORKDIR /data
VOLUME /data
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python3", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['GATEPROOF_PORT'] + '/livez', timeout=4)"]
CMD ["gateproof", "serve", "--migrate"]
