/** Of RFC 9218: 0 is the most urgent, 7 the least. */
export type Urgency = number;

/** What a request asks for: to record something, one thing, or what happened. */
export type Kind = 'command' | 'point' | 'history';

const usual: Record<Kind, Urgency> = { command: 1, point: 3, history: 5 };

/** `/v1` paths that are answered with one thing, by its key. */
const POINTS = new Set([
  '/v1/ledgers',
  '/v1/ledgers/:ledger',
  '/v1/ledgers/:ledger/accounts/:id',
  '/v1/ledgers/:ledger/transactions/:id',
]);

/** Undefined for what is never refused: health, metrics, the documentation. */
export function kindOf(method: string, route: string | undefined): Kind | undefined {
  if (!route?.startsWith('/v1/')) return undefined;
  if (method !== 'GET' && method !== 'HEAD') return 'command';
  return POINTS.has(route) ? 'point' : 'history';
}

/**
 * How urgent a request is: as its header `Priority: u=N` says, else as usual for its kind. More urgent than usual, or
 * more than its principal may be, it never gets.
 * @param most the most urgent that the principal may be, where that was said: then it may also be more than usual
 */
export function urgencyOf(kind: Kind, header: string | string[] | undefined, most?: Urgency): Urgency {
  const asked = askedFor(header);
  return Math.max(asked ?? usual[kind], most ?? usual[kind]);
}

/** Whatever is not understood does not count, as the RFC wants it. */
function askedFor(header: string | string[] | undefined): Urgency | undefined {
  if (header === undefined) return undefined;
  const found = [...String(header).matchAll(/(?:^|,)[ \t]*u=([0-7])[ \t]*(?=$|[,;])/g)].at(-1);
  return found && Number(found[1]);
}

/**
 * How long a command may have to wait before a request is refused, in milliseconds: money (0, 1) up to the maximum, and
 * each step down a seventh of it less.
 */
export function patienceOf(urgency: Urgency, maxWaitMs: number): number {
  return (maxWaitMs * (8 - Math.max(urgency, 1))) / 7;
}
