# The portal in a container. Everything that must be kept stands in /data.
FROM python:3.11-slim-bookworm

# what PDFs are drawn with; the same as in tools/setup.py
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core fonts-wqy-microhei \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY requirements.lock ./
RUN python -m pip install --no-cache-dir --require-hashes --no-deps --only-binary :all: \
        --requirement requirements.lock
COPY main.py LICENSE ./
COPY portal_app ./portal_app

RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin latchwell \
    && install --directory --owner=latchwell --group=latchwell --mode=0700 /data
USER latchwell
ENV PORTAL_DATA_DIR=/data PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
VOLUME /data
EXPOSE 8080

HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", "\
import os, urllib.request as r; host = os.environ.get('PORTAL_PUBLIC_URL', '//localhost').split('//')[1]; \
r.urlopen(r.Request('http://127.0.0.1:8080/healthz', headers={'Host': host}), timeout=4)"]
STOPSIGNAL SIGINT
ENTRYPOINT ["python", "main.py"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8080"]
