import { describe, expect, it } from '@jest/globals';
import type { ConnectorStatus } from './connector.js';
import type { SlotHealth } from './slot-health.js';
import { progressWhileRunning, troubleOf, waitAfter, type Seen } from './trouble.js';

const running: ConnectorStatus = { state: 'RUNNING', tasks: [{ id: 0, state: 'RUNNING' }] };
const failed = (trace: string): ConnectorStatus => ({
  state: 'RUNNING',
  tasks: [{ id: 0, state: 'FAILED', trace }],
});
const slot: SlotHealth = {
  slot: 'counterfoil_outbox',
  remedy: 'counterfoil connect apply',
  state: 'ok',
  lagBytes: 100,
  walStatus: 'reserved',
  safeWalBytes: null,
  confirmed: 1_000n,
  written: 1_100n,
};
/** The trouble after the second of two looks, `apartMs` apart. */
function after(apartMs: number, first: Partial<Seen>, second: Partial<Seen>) {
  const { remedy } = slot;
  const one = { asked: running, slot, now: 0, remedy, ...first };
  const two = { asked: running, slot, now: apartMs, remedy, ...second };
  const progress = progressWhileRunning(progressWhileRunning(undefined, { ...one, slot: one.slot ?? slot }), {
    ...two,
    slot: two.slot ?? slot,
  });
  return troubleOf(two, progress);
}

describe('a connector that says RUNNING', () => {
  const grown = { ...slot, written: 9_100n, lagBytes: 8_100 };

  it('is well while its slot moves, however far behind', () => {
    expect(after(40_000, {}, { slot: { ...grown, confirmed: 1_001n } })).toBeUndefined();
  });

  it('is restarted when its slot has not moved for half a minute while WAL was written', () => {
    expect(after(29_000, {}, { slot: grown })).toBeUndefined();
    expect(after(30_000, {}, { slot: grown })).toEqual({
      what: 'it says RUNNING, but its slot stands still',
      restart: 'all',
    });
    expect(after(30_000, {}, { slot: { ...grown, state: 'inactive' } })).toMatchObject({
      what: expect.stringContaining('nobody reads its slot'),
      restart: 'all',
    });
  });

  it('is restarted too when it begins, and for half a minute does not come to an end of that', () => {
    const beginning: ConnectorStatus = { state: 'UNASSIGNED', tasks: [{ id: 0, state: 'UNASSIGNED' }] };
    const inactive: SlotHealth = { ...grown, state: 'inactive' };
    expect(after(29_000, { asked: beginning }, { asked: beginning, slot: inactive })).toBeUndefined();
    expect(after(30_000, { asked: beginning }, { asked: beginning, slot: inactive })).toEqual({
      what: 'it says UNASSIGNED, but nobody reads its slot',
      restart: 'all',
    });
  });

  it('is left alone when nothing was written, and when Postgres does not answer', () => {
    expect(after(40_000, {}, {})).toBeUndefined();
    expect(after(40_000, {}, { slot: undefined })).toBeUndefined();
  });

  it('gets its half minute after a pause', () => {
    const paused = { asked: { ...running, state: 'PAUSED' } };
    const progress = progressWhileRunning(progressWhileRunning(undefined, { asked: running, slot, now: 0 }), {
      ...paused,
      slot: grown,
      now: 50_000,
    });
    expect(
      troubleOf({ asked: running, slot: grown, now: 60_000, remedy: slot.remedy }, progress),
    ).toBeUndefined();
  });
});

describe('a connector that failed', () => {
  it('is restarted, with the reason in a line', () => {
    expect(after(0, {}, { asked: failed('org.X: no such column\n\tat a.B') })).toEqual({
      what: 'failed: org.X: no such column',
      restart: 'failed',
    });
  });

  it('is not restarted when that can’t help, and the command that does is named', () => {
    const gone = failed(
      '… starting at [lsn=1], but this is no longer available on the server. Reconfigure …',
    );
    for (const seen of [
      { asked: gone },
      { asked: failed('x'), slot: { ...slot, state: 'missing' as const, confirmed: null } },
      { asked: failed('x'), slot: { ...slot, state: 'lost' as const } },
      { asked: undefined },
      { asked: { ...running, state: 'STOPPED' } },
    ]) {
      const trouble = after(60_000, {}, seen)!;
      expect(trouble.what).toContain('counterfoil connect apply');
      expect(trouble.restart).toBeUndefined();
    }
  });
});

it('a pause and Connect being away are told of and left alone', () => {
  expect(after(60_000, {}, { asked: { ...running, state: 'PAUSED' } })).toEqual({
    what: 'it is paused. To go on: counterfoil connect resume',
  });
  expect(after(60_000, {}, { asked: 'away' })).toEqual({ what: 'Kafka Connect does not answer' });
});

it('restarts come further and further apart, a minute at most', () => {
  expect([1, 2, 3, 4, 5, 40].map(waitAfter)).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
});
