# API, worker, CLI and migrations: one image, told apart by the command.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npx nest build

FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The embedded Postgres is an optional dependency, and has no place in production.
RUN npm ci --omit=dev --omit=optional

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json ./
COPY bin ./bin
COPY connect/outbox.json connect/analysts.json connect/topics.json ./connect/
USER node
EXPOSE 3000
CMD ["node", "--enable-source-maps", "dist/src/main.js"]
