# The sidecar image: the program as one file, on a base with Node.js and without a shell, run by a user without rights.
# docs/image.md says what is in it and how to run it.
#
#   docker build --build-arg VERSION=3.0.0 --build-arg REVISION="$(git rev-parse HEAD)" --tag ecs-container-exporter .
#
# Both bases can be replaced, and pinned: --build-arg RUNTIME_IMAGE=name@sha256:<digest>. The build's needs npm and a
# shell, the runtime's its Node.js 26 at /nodejs/bin/node, as the distroless images have it.
ARG BUILD_IMAGE=node:26-bookworm-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs26-debian13:nonroot
# The machine's own platform, set by BuildKit: only what is copied in the end has to be for the platform of the image.
# The builder before BuildKit knows neither this nor TARGETARCH, and has to be told elsewhere than on amd64.
ARG BUILDPLATFORM

FROM ${RUNTIME_IMAGE} AS runtime

FROM --platform=${BUILDPLATFORM:-linux/amd64} ${BUILD_IMAGE} AS build
# The folder's name is the name in the bill of materials.
WORKDIR /ecs-container-exporter

# Node.js is published with its debugging information, a fifth of the file. Those of other platforms need `multiarch`.
COPY --from=runtime / /runtime
RUN command -v strip >/dev/null \
  || (apt-get -qq update && apt-get -qq install --yes --no-install-recommends binutils-multiarch >/dev/null)
RUN strip /runtime/nodejs/bin/node

# The one workspace is the Node.js of a developer's checkout. The image has its own: --workspaces=false leaves it out,
# and unlike --omit=optional it keeps the bundler, which is an optional package for each platform.
COPY package.json package-lock.json .npmrc ./
COPY scripts/node-runtime/package.json scripts/node-runtime/
RUN npm ci --ignore-scripts --workspaces=false
COPY tsconfig.json LICENSE ./
COPY scripts/bundle.ts scripts/third-party.ts scripts/
COPY instrumentation instrumentation
COPY src src
RUN npm run bundle \
  && mkdir /out \
  && cp LICENSE bundle/ecs-container-exporter.cjs bundle/THIRD-PARTY.txt /out/

# What no bundle can hold is for the Unix socket of DogStatsD: a package, and one with its binary for the image's
# platform. TypeScript slips through --omit=dev, since a dependency names it as an optional peer. The bill of materials
# is made of what is installed then; the rest of package.json would read as missing.
ARG TARGETARCH
RUN cpu=$(echo "${TARGETARCH:-$(node -p process.arch)}" | sed 's/^amd64$/x64/') \
  && npm ci --ignore-scripts --workspaces=false --omit=dev --os=linux --libc=glibc --cpu="$cpu" \
  && rm -rf node_modules/typescript node_modules/@typescript \
  && npm pkg delete devDependencies workspaces \
  && npm sbom --sbom-format=cyclonedx >/out/sbom.cdx.json
RUN cd node_modules \
  && mkdir -p /out/node_modules/node-unix-socket/js \
  && cp node-unix-socket/package.json node-unix-socket/LICENSE /out/node_modules/node-unix-socket/ \
  && cp node-unix-socket/js/*.js /out/node_modules/node-unix-socket/js/ \
  && cp -r node-unix-socket-linux-*-gnu /out/node_modules/

FROM scratch
# All owned by root, and so not to be changed by the program itself.
COPY --from=build /runtime /
COPY --from=build /out /app
WORKDIR /app

# As the base has it: where Node.js finds its certificates when it is told to take the system's.
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
ENV NODE_ENV=production
# The sidecar itself, and the container that only holds the task's network namespace.
ENV EXCLUDE=ecs-container-exporter,~internal~ecs~pause
# A scraper comes from outside of the container, unlike with a program on one's own machine. All addresses of both
# protocols; of IPv4 alone where IPv6 is off.
ENV OTEL_EXPORTER_PROMETHEUS_HOST=::
EXPOSE 9545

ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="ecs-container-exporter" \
  org.opencontainers.image.description="OpenTelemetry metrics of the containers of an Amazon ECS task: Prometheus pull and OTLP push, as a sidecar" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"

# As a number, so that a check for "not root" needs no user database.
USER 65532:65532
# Lists, since there is no shell: the program is PID 1 and gets SIGTERM itself. A health check is over after one
# request: flags that make a long life smaller only make its start slower.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["/nodejs/bin/node", "/app/ecs-container-exporter.cjs", "healthcheck"]
# A sidecar that works for a few milliseconds every 15 seconds gains nothing from compilers of hot code (10 MB), and little
# from a large heap (test/bench/README.md).
ENTRYPOINT ["/nodejs/bin/node", "--no-opt", "--no-maglev", "--memory-saver-mode", "--max-semi-space-size=4", "/app/ecs-container-exporter.cjs"]
