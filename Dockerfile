# The sidecar image: the program as one file, on a base with Node.js and without a shell, run by an unprivileged user.
# docs/image.md describes its contents and how to run it.
#
#   docker build --build-arg VERSION=3.0.0 --build-arg REVISION="$(git rev-parse HEAD)" --tag ecs-container-exporter .
#
# Both bases can be replaced and pinned: --build-arg RUNTIME_IMAGE=name@sha256:<digest>. The build base needs npm and a
# shell; the runtime base needs Node.js 26 at /nodejs/bin/node, as in the distroless images.
ARG BUILD_IMAGE=node:26-bookworm-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs26-debian13:nonroot
# The platform of the build machine, set by BuildKit: only the files copied into the last stage depend on the target. The
# legacy builder does not set it: pass it as a build argument unless the machine is amd64.
ARG BUILDPLATFORM

FROM ${RUNTIME_IMAGE} AS runtime

FROM --platform=${BUILDPLATFORM:-linux/amd64} ${BUILD_IMAGE} AS build
# The folder name becomes the name in the bill of materials.
WORKDIR /ecs-container-exporter

# Strips the debug information of Node.js, a fifth of the file. The native strip fails on binaries of other platforms.
COPY --from=runtime / /runtime
RUN strip /runtime/nodejs/bin/node 2>/dev/null \
  || (apt-get -qq update && apt-get -qq install --yes --no-install-recommends binutils-multiarch >/dev/null \
    && strip /runtime/nodejs/bin/node)

# The only workspace is the Node.js of a development checkout. The image has its own: --workspaces=false leaves it out and,
# unlike --omit=optional, keeps the bundler, which is an optional package for each platform.
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

# The Unix socket of DogStatsD needs a native package, which cannot be bundled, and its binary for the target platform.
# --omit=dev does not remove TypeScript, an optional peer of a dependency. The bill of materials lists what is installed
# then; devDependencies and workspaces are deleted first, or they would be reported as missing.
ARG TARGETARCH
COPY scripts/native-binaries.sha256 scripts/
# A wrong hash fails the build. A binary without a listed hash is left out; DogStatsD is then available over UDP only.
RUN cpu=$(echo "${TARGETARCH:-$(node -p process.arch)}" | sed 's/^amd64$/x64/') \
  && npm ci --ignore-scripts --workspaces=false --omit=dev --os=linux --libc=glibc --cpu="$cpu" \
  && rm -rf node_modules/typescript node_modules/@typescript \
  && for package in node_modules/node-unix-socket-*; do \
       if grep -q " $package/" scripts/native-binaries.sha256; \
       then grep " $package/" scripts/native-binaries.sha256 | sha256sum -c - || exit 1; \
       else echo "no hash for $package: left out" && rm -rf "$package"; \
       fi; \
     done \
  && npm pkg delete devDependencies workspaces \
  && npm sbom --sbom-format=cyclonedx >/out/sbom.cdx.json
RUN cd node_modules \
  && mkdir -p /out/node_modules/node-unix-socket/js \
  && cp node-unix-socket/package.json node-unix-socket/LICENSE /out/node_modules/node-unix-socket/ \
  && cp node-unix-socket/js/*.js /out/node_modules/node-unix-socket/js/ \
  && for package in node-unix-socket-linux-*-gnu; do [ ! -d "$package" ] || cp -r "$package" /out/node_modules/; done

FROM scratch
# Owned by root, so the program cannot change it.
COPY --from=build /runtime /
COPY --from=build /out /app
WORKDIR /app

# As in the base: the certificates that Node.js uses with --use-openssl-ca or --use-system-ca.
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
ENV NODE_ENV=production
# Return freed memory to the system: by default, glibc keeps up to 30 MB after a large document.
ENV MALLOC_ARENA_MAX=1
ENV MALLOC_TRIM_THRESHOLD_=131072
# The sidecar itself, and ECS's pause container, which only holds the task's network namespace.
ENV EXCLUDE=ecs-container-exporter,~internal~ecs~pause
# Scrapes come from outside of the container. All IPv4 and IPv6 addresses; IPv4 only if IPv6 is disabled.
ENV OTEL_EXPORTER_PROMETHEUS_HOST=::
EXPOSE 9545

ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="ecs-container-exporter" \
  org.opencontainers.image.description="OpenTelemetry metrics of the containers of an Amazon ECS task: Prometheus pull and OTLP push, as a sidecar" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"

# A number, so that a check for "not root" needs no user database.
USER 65532:65532
# Exec form, since there is no shell: the program is PID 1 and receives SIGTERM. The health check runs without V8 flags: it
# makes one request, and flags that save memory over time only slow down its start.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["/nodejs/bin/node", "/app/ecs-container-exporter.cjs", "healthcheck"]
# A sidecar that works for a few milliseconds every 15 s gains nothing from optimizing compilers (10 MB) and little from a
# large heap (test/bench/README.md). The heap limit depends on the memory of the container: with V8's default, 268 MB,
# the kernel would kill the process before V8 collects garbage. --disable-sigusr1: no signal opens a debugger, which could read secrets.
ENTRYPOINT ["/nodejs/bin/node", "--disable-sigusr1", "--no-opt", "--no-maglev", "--memory-saver-mode", "--max-semi-space-size=4", "--max-old-space-size-percentage=50", "/app/ecs-container-exporter.cjs"]
