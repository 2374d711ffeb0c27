import { describe, expect, it } from '@jest/globals';
import { Admission, type Limits } from './admission.js';
import { TokenBucket } from './bucket.js';
import { Gate } from './gate.js';
import { secondsToMidnight } from './quotas.js';
import { kindOf, patienceOf, urgencyOf } from './urgency.js';

describe('urgency', () => {
  it.each([
    ['POST', '/v1/ledgers/:ledger/transfers', 'command'],
    ['PATCH', '/v1/ledgers/:ledger/accounts/:id', 'command'],
    ['GET', '/v1/ledgers/:ledger/accounts/:id', 'point'],
    ['HEAD', '/v1/ledgers/:ledger/transactions/:id', 'point'],
    ['GET', '/v1/ledgers/:ledger/accounts', 'history'],
    ['GET', '/v1/ledgers/:ledger/accounts/:id/statement', 'history'],
    ['GET', '/metrics', undefined],
    ['GET', undefined, undefined],
  ])('%s %s is a %s', (method, route, kind) => expect(kindOf(method, route)).toBe(kind));

  it.each([
    [undefined, 1],
    ['u=7', 7],
    ['i, u=6', 6],
    ['u=2, u=4;x', 4],
    ['u=0', 1],
    ['u=8', 1],
    ['u=-1', 1],
    ['u=5.5', 1],
    ['urgent', 1],
    ['xu=5', 1],
    [['u=3', 'i'], 3],
  ])('of a command with the header %j is %d', (header, urgency) => {
    expect(urgencyOf('command', header)).toBe(urgency);
  });

  it('is never more than the principal’s, which may be more than usual', () => {
    expect(urgencyOf('history', 'u=0')).toBe(5);
    expect(urgencyOf('history', 'u=0', 2)).toBe(2);
    expect(urgencyOf('history', undefined, 2)).toBe(5);
    expect(urgencyOf('command', undefined, 4)).toBe(4);
    expect(urgencyOf('command', 'u=0', 4)).toBe(4);
    expect(urgencyOf('command', 'u=6', 4)).toBe(6);
  });

  it('is patience: money all of it, each step down less', () => {
    const all = [0, 1, 2, 3, 4, 5, 6, 7].map((urgency) => Math.round(patienceOf(urgency, 700)));
    expect(all).toEqual([700, 700, 600, 500, 400, 300, 200, 100]);
  });
});

describe('a bucket of tokens', () => {
  const limits = { rate: 2, burst: 5 };

  it('allows the burst, then the rate', () => {
    const bucket = new TokenBucket();
    for (let n = 0; n < 5; n++) {
      expect(bucket.wait(limits, 1_000)).toBe(0);
      bucket.take(1);
    }
    expect(bucket.wait(limits, 1_000)).toBe(0.5);
    expect(bucket.wait(limits, 1_400)).toBeCloseTo(0.1);
    expect(bucket.wait(limits, 1_500)).toBe(0);
    bucket.take(1);
    expect(bucket.wait(limits, 1_500)).toBe(0.5);
    // However long it rests, it holds no more than the burst.
    expect(bucket.wait(limits, 1e9)).toBe(0);
    bucket.take(5);
    expect(bucket.wait(limits, 1e9)).toBe(0.5);
  });

  it('has its debts paid off', () => {
    const bucket = new TokenBucket();
    expect(bucket.wait(limits, 0)).toBe(0);
    bucket.take(105);
    expect(bucket.wait(limits, 0)).toBe(50.5);
    expect(bucket.wait(limits, 50_500)).toBe(0);
  });
});

function admissionOf(more: { waits?: Record<string, number>; rateLimit?: number; rateBurst?: number } = {}) {
  const { waits = {}, rateLimit = 0, rateBurst = 0 } = more;
  const used = new Map<string, number>();
  const clock = { now: 0 };
  const admission = new Admission({
    maxWaitMs: 700,
    rateLimit,
    rateBurst,
    load: { waitOf: (name) => waits[name] ?? 0, longestWait: () => Math.max(0, ...Object.values(waits)) },
    quotas: {
      used: (name) => used.get(name) ?? 0,
      count: (name, commands) => void used.set(name, (used.get(name) ?? 0) + commands),
      stop: async () => {},
    },
    now: () => clock.now,
  });
  const ask = (
    name: string,
    kind: 'command' | 'point' | 'history' = 'command',
    limits: Limits = {},
    urgency = 1,
  ) => admission.refusalOf({ name, limits }, kind, urgency);
  return { admission, clock, used, ask };
}

describe('admission', () => {
  it('refuses who would wait too long itself, and readers when anybody would', () => {
    const { ask } = admissionOf({ waits: { noisy: 1_700 } });
    expect(ask('noisy')).toMatchObject({ reason: 'overloaded', code: 'OVERLOADED', retryAfter: 2 });
    expect(ask('quiet')).toBeUndefined();
    expect(ask('quiet', 'point', {}, 3)).toMatchObject({ reason: 'overloaded' });
  });

  it('refuses readers of history first, then points, money last', () => {
    const refusedAt = (wait: number) => {
      const { ask } = admissionOf({ waits: { a: wait } });
      return [ask('a', 'history', {}, 5), ask('a', 'point', {}, 3), ask('a', 'command', {}, 1)].map(Boolean);
    };
    expect(refusedAt(290)).toEqual([false, false, false]);
    expect(refusedAt(310)).toEqual([true, false, false]);
    expect(refusedAt(510)).toEqual([true, true, false]);
    expect(refusedAt(710)).toEqual([true, true, true]);
  });

  it('knows each principal’s rate, and the one of all others', () => {
    const { ask, clock } = admissionOf({ rateLimit: 2, rateBurst: 3 });
    const come = (name: string, limits: Limits) => {
      let count = 0;
      while (count < 100 && !ask(name, 'point', limits)) count++;
      return count;
    };
    expect(come('usual', {})).toBe(3);
    expect(come('own', { rate: 5 })).toBe(5);
    expect(come('both', { rate: 5, burst: 7 })).toBe(7);
    expect(come('burst', { burst: 4 })).toBe(4);
    expect(come('free', { rate: 0 })).toBe(100);
    expect(ask('usual')).toMatchObject({ reason: 'rate', code: 'RATE_LIMITED', retryAfter: 1 });
    clock.now += 500;
    expect(come('usual', {})).toBe(1);
  });

  it('takes what a bulk costs more, and has it wait that long', () => {
    const { admission, ask } = admissionOf({ rateLimit: 10 });
    expect(ask('a')).toBeUndefined();
    admission.charge('a', 999);
    expect(ask('a')).toMatchObject({ reason: 'rate', retryAfter: 100 });
  });

  it('takes no more commands than the quota, and says until when; reading is not counted', () => {
    const { admission, ask, used } = admissionOf();
    const limits = { quota: 10 };
    expect(ask('a', 'command', limits)).toBeUndefined();
    admission.charge('a', 9);
    expect(used.get('a')).toBe(10);
    expect(ask('a', 'command', limits)).toMatchObject({ reason: 'quota', code: 'RATE_LIMITED' });
    expect(ask('a', 'history', limits, 5)).toBeUndefined();
    expect(used.get('a')).toBe(10);
  });

  it('what is refused costs nothing', () => {
    const { ask, used } = admissionOf({ waits: { a: 5_000 }, rateLimit: 1 });
    for (let n = 0; n < 5; n++)
      expect(ask('a', 'command', { quota: 3 })).toMatchObject({ reason: 'overloaded' });
    expect(used.size).toBe(0);
  });

  it('quotas begin anew at midnight, UTC', () => {
    expect(secondsToMidnight(Date.parse('2026-11-22T23:59:30.500Z'))).toBe(30);
    expect(secondsToMidnight(Date.parse('2026-11-22T00:00:00Z'))).toBe(86_400);
  });
});

describe('the gate of readers', () => {
  it('lets so many in at once, then the most urgent, then whoever has the fewest waiting', async () => {
    const gate = new Gate(1, 60_000);
    const came: string[] = [];
    const come = (name: string, urgency: number, as = name) =>
      void gate.enter(name, urgency).then((yes) => came.push(yes ? as : `not ${as}`));
    come('first', 5);
    for (const n of [1, 2, 3]) come('noisy', 5, `noisy ${n}`);
    come('quiet', 5);
    come('urgent', 3);
    come('idle', 7);
    for (let n = 0; n < 7; n++) {
      await Promise.resolve();
      gate.leave();
    }
    await Promise.resolve();
    expect(came).toEqual(['first', 'urgent', 'noisy 1', 'quiet', 'noisy 2', 'noisy 3', 'idle']);
    come('again', 5);
    await Promise.resolve();
    expect(came.at(-1)).toBe('again');
  });

  it('refuses who has waited long enough', async () => {
    const gate = new Gate(1, 20);
    await gate.enter('a', 5);
    expect(await gate.enter('b', 5)).toBe(false);
    gate.leave();
    expect(await gate.enter('c', 5)).toBe(true);
  });

  it('refuses the least urgent when a thousand wait', async () => {
    const gate = new Gate(1, 60_000);
    await gate.enter('a', 5);
    const waiting = Array.from({ length: 1_000 }, () => gate.enter('c', 5));
    const urgent = gate.enter('d', 0);
    expect(await waiting.at(-1)).toBe(false);
    gate.leave();
    expect(await urgent).toBe(true);
    for (const one of waiting.slice(0, -1)) {
      gate.leave();
      expect(await one).toBe(true);
    }
  });
});
