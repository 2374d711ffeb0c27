import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { ConfigError } from '../config.js';
import { Problem } from '../ledger/errors.js';
import type { Limits, Principal } from './admission/admission.js';

interface Token extends Principal {
  hash: Buffer;
  scopes: Set<string>;
}

export interface Access {
  /** Who asks. @throws Problem UNAUTHENTICATED, FORBIDDEN */
  principal(request: FastifyRequest): Principal;
  /** Stops watching the file. */
  close(): void;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.:@-]{0,127}$/;
const ANONYMOUS: Principal = { name: 'anonymous', limits: {} };
const LIMIT = /^(rate|burst|quota|urgency):(.*)$/;
/** The least and the most of each. */
const BOUNDS: Record<keyof Limits, [number, number]> = {
  rate: [0, 1_000_000_000],
  burst: [1, 1_000_000_000],
  quota: [1, 1_000_000_000_000],
  urgency: [0, 7],
};
const SCOPE = /^(admin|(read|write):(\*|[A-Za-z0-9][A-Za-z0-9_.:@-]{0,127}))$/;

/**
 * Without a file everyone is `anonymous` and may do everything. With one, a request needs a token of it; a changed
 * file is read again within a second, and one that can't be used leaves the old tokens in force and is logged.
 * @throws ConfigError when the file can't be used at the start
 */
export function createAccess(file: string | undefined, logger: Logger): Access {
  if (!file) return { principal: () => ANONYMOUS, close: () => undefined };
  let tokens = readTokens(file);
  let seen = '';
  const poll = async () => {
    try {
      const { mtimeMs, size, ino } = await stat(file);
      const version = `${mtimeMs} ${size} ${ino}`;
      if (version === seen) return;
      const first = seen === '';
      seen = version;
      tokens = parseTokens(await readFile(file, 'utf8'));
      if (!first) logger.info({ tokens: tokens.length }, 'API tokens read again');
    } catch (error) {
      logger.error(
        `API_TOKENS_FILE can't be used, the tokens read before stay in force: ${(error as Error).message}`,
      );
    }
  };
  const timer = setInterval(() => void poll(), 1000).unref();
  return { principal: (request) => authorise(tokens, request), close: () => clearInterval(timer) };
}

function readTokens(file: string): Token[] {
  try {
    return parseTokens(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ConfigError(`API_TOKENS_FILE can't be used: ${(error as Error).message}`);
  }
}

/**
 * A line each: name, hex SHA-256 of the token, scopes and limits (`rate:`, `burst:`, `quota:`, `urgency:` and a whole
 * number), divided by blanks or commas; `#` begins a comment. A name may have several tokens, so that they can be changed
 * without a gap; the limits are those of the token that is shown.
 * @throws Error naming the line, never its content
 */
export function parseTokens(text: string): Token[] {
  const tokens: Token[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [name, hash, ...rest] = line
      .replace(/#.*/, '')
      .split(/[\s,]+/)
      .filter(Boolean);
    if (name === undefined) continue;
    const scopes = rest.filter((word) => !LIMIT.test(word));
    if (!NAME.test(name) || !hash || !/^[0-9a-f]{64}$/i.test(hash) || scopes.length === 0) {
      throw new Error(`line ${index + 1} is not: name, SHA-256 in hex, scopes`);
    }
    if (!scopes.every((scope) => SCOPE.test(scope)))
      throw new Error(`line ${index + 1} has an unknown scope`);
    const limits = limitsOf(
      rest.filter((word) => LIMIT.test(word)),
      index + 1,
    );
    tokens.push({ name, hash: Buffer.from(hash, 'hex'), scopes: new Set(scopes), limits });
  }
  if (tokens.length === 0) throw new Error('it holds no token');
  return tokens;
}

function limitsOf(words: string[], line: number): Limits {
  const limits: Limits = {};
  for (const word of words) {
    const [, name, text] = LIMIT.exec(word) as unknown as [string, keyof Limits, string];
    const [least, most] = BOUNDS[name];
    const value = Number(text);
    if (!/^\d{1,13}$/.test(text) || value < least || value > most) {
      throw new Error(`line ${line}: ${name} is not a whole number from ${least} to ${most}`);
    }
    if (limits[name] !== undefined) throw new Error(`line ${line} has ${name} twice`);
    limits[name] = value;
  }
  return limits;
}

function authorise(tokens: Token[], request: FastifyRequest): Principal {
  const scope = neededScope(request);
  if (scope === PUBLIC) return ANONYMOUS;
  const presented = /^Bearer +([\x21-\x7e]+) *$/i.exec(request.headers.authorization ?? '')?.[1];
  if (!presented) throw new Problem('UNAUTHENTICATED', 'the header Authorization: Bearer … is missing');
  const hash = createHash('sha256').update(presented).digest();
  // All are compared, so that the time taken says nothing about which came near.
  let found: Token | undefined;
  for (const token of tokens) if (timingSafeEqual(token.hash, hash)) found = token;
  if (!found) throw new Problem('UNAUTHENTICATED', 'the token is not known');
  if (!allows(found.scopes, scope))
    throw new Problem('FORBIDDEN', `the scope ${scope} is missing`, { required: scope });
  return found;
}

function allows(scopes: Set<string>, scope: string): boolean {
  if (scope === ANYONE || scopes.has('admin') || scopes.has(scope)) return true;
  return scope !== 'admin' && scopes.has(`${scope.slice(0, scope.indexOf(':'))}:*`);
}

const PUBLIC = '';
const ANYONE = 'any';
const OPEN = /^\/(health\/(live|ready)|metrics|openapi\.json|docs(\/.*)?)$/;

/** `read:main`, `write:main`, `admin`…; reading is not part of writing. A path that leads nowhere needs a token only. */
function neededScope(request: FastifyRequest): string {
  const { ledger, path } = target(request);
  if (OPEN.test(path)) return PUBLIC;
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (path === '/v1/ledgers') return reads ? 'read:*' : 'admin';
  if (path.startsWith('/v1/wallet/')) return `${reads ? 'read' : 'write'}:main`;
  if (ledger === undefined) return ANYONE;
  if (!reads && /^\/v1\/ledgers\/[^/]+$/.test(path)) return 'admin';
  return `${reads ? 'read' : 'write'}:${ledger}`;
}

// The router's own reading of the path is what the handler sees; by hand only where no route matched.
function target(request: FastifyRequest): { path: string; ledger: string | undefined } {
  const path = request.url.split('?', 1)[0]!;
  if (!request.is404 && request.params) {
    return { path: request.routeOptions.url ?? path, ledger: (request.params as { ledger?: string }).ledger };
  }
  const named = /^\/v1\/ledgers\/([^/]+)/.exec(path)?.[1];
  try {
    return { path, ledger: named && decodeURIComponent(named) };
  } catch {
    return { path, ledger: named };
  }
}
