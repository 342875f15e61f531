# The sidecar image: the compiled program and its dependencies on a base without a shell, run by a user without rights.
#
#   docker build --build-arg VERSION=3.0.0 --build-arg REVISION="$(git rev-parse HEAD)" --tag ecs-container-exporter .
#
# Both bases can be replaced. The runtime's must have its Node.js at /nodejs/bin/node, as the distroless images do.
ARG BUILD_IMAGE=node:26-bookworm-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs26-debian13:nonroot

FROM ${BUILD_IMAGE} AS build
WORKDIR /build
# The one workspace is the Node.js of a developer's checkout. The image has its own: --workspaces=false leaves it out,
# and unlike --omit=optional it keeps the compiler, which is an optional package for each platform.
COPY package.json package-lock.json .npmrc ./
COPY scripts/node-runtime/package.json scripts/node-runtime/
RUN npm ci --ignore-scripts --workspaces=false
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY instrumentation instrumentation
COPY src src
# The optional package that stays is for the Unix socket of DogStatsD, with a binary for this platform. TypeScript slips
# through --omit=dev, since a dependency names it as an optional peer.
RUN npm run build \
  && npm ci --ignore-scripts --workspaces=false --omit=dev \
  && rm -rf node_modules/typescript node_modules/@typescript

FROM ${RUNTIME_IMAGE}
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="ecs-container-exporter" \
  org.opencontainers.image.description="OpenTelemetry metrics of the containers of an Amazon ECS task: Prometheus pull and OTLP push, as a sidecar" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"

WORKDIR /app
# Owned by root, and so not to be changed by the program itself.
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist

ENV NODE_ENV=production
# The sidecar itself, and the container that only holds the task's network namespace.
ENV EXCLUDE=ecs-container-exporter,~internal~ecs~pause
# A scraper comes from outside of the container, unlike with a program on one's own machine. `::` where a task has IPv6.
ENV OTEL_EXPORTER_PROMETHEUS_HOST=0.0.0.0
EXPOSE 9545

# As a number, so that a check for "not root" needs no user database.
USER 65532:65532
# Lists, since there is no shell: the program is PID 1 and gets SIGTERM itself.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["/nodejs/bin/node", "/app/dist/src/cli/bin.js", "healthcheck"]
ENTRYPOINT ["/nodejs/bin/node", "/app/dist/src/cli/bin.js"]
