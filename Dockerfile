# slantwise serve, with the released model, as a user without rights.
#   docker build -t slantwise . && docker run --rm -p 127.0.0.1:8000:8000 -e SLANTWISE_TOKENS=… -v slantwise:/data slantwise
FROM python:3.12-slim AS build
WORKDIR /build
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY slantwise slantwise
COPY model model
COPY data data
# The processor's build of torch, where an index has it, is a tenth of the size: --build-arg TORCH_INDEX=URL.
ARG TORCH_INDEX=""
# hadolint ignore=SC2086
RUN python -m venv /opt/slantwise \
    && /opt/slantwise/bin/pip install --no-cache-dir --no-compile --constraint constraints.txt \
        ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} '.[serve,postgres]'

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home-dir /data slantwise \
    && install -d -o slantwise -g slantwise -m 0700 /data
COPY --from=build /opt/slantwise /opt/slantwise
ENV PATH=/opt/slantwise/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HF_HUB_OFFLINE=1 \
    HOME=/data
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["slantwise", "serve", "--folder", "/data", "--host", "0.0.0.0", "--port", "8000"]
