FROM node:24.21.0-trixie-slim@sha256:8ec5d7557396cfe32d21c3f9c13072355ceab22b584578ca4bb28af31120cffe AS base

FROM base AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY scripts scripts
COPY src src
RUN npm run build

FROM base
LABEL org.opencontainers.image.title="Home Lab Infra Monitor" org.opencontainers.image.licenses="MIT"
# dmsetup, nvme and smartctl are for the drives helper (docker-compose.yml). ping reaches routers and targets. A copy has no file capability, with which it would not even start where all are dropped.
RUN apt-get update && apt-get install -y --no-install-recommends dmsetup iputils-ping nvme-cli smartmontools && rm -rf /var/lib/apt/lists/* && cp "$(command -v ping)" /usr/local/bin/ping
# A user that no host has: 1000, Node's own image's, is the first person's on most. It is outside of what distributions, systemd
# (https://systemd.io/UIDS-GIDS/) and ranges for containers give away.
RUN groupadd --gid 60871 infra-monitor && useradd --uid 60871 --gid infra-monitor --no-log-init --no-create-home --home-dir / --shell /usr/sbin/nologin infra-monitor
WORKDIR /app
COPY --from=build /build/dist dist
USER 60871
HEALTHCHECK --interval=2m --timeout=10s --start-period=10s CMD ["node", "/app/dist/infra-monitor.js", "health"]
ENTRYPOINT ["node", "/app/dist/infra-monitor.js"]
