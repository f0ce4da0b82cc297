# docs/operations.md#containers explains how to run this image.

FROM node:24-trixie-slim AS build
ENV NEXT_TELEMETRY_DISABLED=1
WORKDIR /app
COPY package.json package-lock.json ./
COPY next.config.mjs postcss.config.mjs tailwind.config.ts tsconfig.json ./
COPY server.ts instrumentation.ts proxy.ts ./
COPY app app
COPY lib lib
COPY prisma prisma
COPY public public
# This image has no compiler, so `npm ci` fails if it cannot download the prebuilt better-sqlite3.
RUN --mount=type=cache,target=/var/cache/npm npm ci --cache /var/cache/npm
RUN npm run build && rm -rf .next/cache && npm prune --omit=dev --omit=optional

FROM node:24-trixie-slim
ENV NODE_ENV=production DATABASE_URL=file:/data/oauth-flow.db
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/package.json /app/next.config.mjs ./
COPY --from=build /app/prisma/migrations prisma/migrations
COPY --from=build /app/public public
# The command line checks that its bundle was built from these sources.
COPY --from=build /app/lib lib
COPY --from=build /app/.next .next
# The only folder that the server writes to, and only with SQLite.
RUN install -d -o node -g node /data
VOLUME /data
# The user `node`, as a number, so that Kubernetes sees that it is not root.
USER 1000:1000
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 3000) + '/health/live').then((response) => process.exit(response.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "lib/server/launch.mjs"]
