# Two images: `lab`, which becomes any host of the lab or its harness by the role it is given, and `peers`, with Debian's own
# SIP programs on top of `capture`, which is tcpdump alone. They run without root and have no compiler, no npm and nothing that
# was needed to build them.

FROM node:24-bookworm-slim AS node

FROM debian:bookworm-slim AS runtime
COPY --from=node /usr/local/bin/node /usr/local/bin/node
RUN groupadd --gid 1000 busyhere && useradd --uid 1000 --gid 1000 --no-create-home --home-dir /nonexistent busyhere
RUN install --directory --owner 1000 --group 1000 /tokens /captures
WORKDIR /app
ENV NODE_ENV=production
ENTRYPOINT ["/usr/local/bin/node", "/app/dist/cjs/lab/entry.js"]

# What watches a host's wire, beside it.
FROM debian:bookworm-slim AS capture
RUN apt-get update \
 && apt-get install --yes --no-install-recommends tcpdump libcap2-bin \
 && setcap cap_net_raw+ep "$(command -v tcpdump)" \
 && apt-get purge --yes --auto-remove libcap2-bin \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* \
 && useradd --uid 1000 --no-create-home --home-dir /nonexistent busyhere \
 && install --directory --owner 1000 --group 1000 /captures
USER busyhere
ENTRYPOINT ["tcpdump"]

# Peers from other hands: Debian's own proxy, load generator and telephone.
FROM capture AS peers
USER root
RUN apt-get update \
 && apt-get install --yes --no-install-recommends kamailio sip-tester baresip-core \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
USER busyhere
ENTRYPOINT []

# From a package that is installed: its files and what they depend on are in the context already, under app/.
FROM runtime AS packed
COPY app/node_modules node_modules
COPY app/package.json package.json
COPY app/dist dist
USER busyhere

# From a checkout.
FROM node AS build
WORKDIR /src
COPY package.json package-lock.json tsconfig.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY harness harness
COPY scenarios scenarios
RUN npm run build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM runtime AS lab
COPY --from=build /src/package.json /app/package.json
COPY --from=build /src/node_modules /app/node_modules
COPY --from=build /src/scenarios /app/scenarios
COPY --from=build /src/dist /app/dist
USER busyhere
