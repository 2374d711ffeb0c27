import type pg from 'pg';
import type { Logger } from 'pino';
import { slotLagBytes, slotSafeWalBytes, slotStatus } from '../platform/metrics.js';
import { adviceOn, readSlots, type SlotHealth, type SlotState } from './slot-health.js';
import { progressOf, standsStill, type Progress } from './slot-progress.js';
import { readStreams } from './streams.js';

const EVERY_MS = 5_000;
/** A connector that restarts leaves its slot for so many looks; longer is worth a line in the log. */
const LOOKS_IN_PEACE = 3;
/** What is wrong is said again so often. */
const REMIND_LOOKS = 60;
/** The worst last. */
const STATES: SlotState[] = ['ok', 'inactive', 'missing', 'lost'];

type Log = Pick<Logger, 'info' | 'warn' | 'error'>;

/** For `/health/ready`: the worst of the slots, and the longest lag. */
export interface StreamCheck {
  slot: SlotState;
  lag_bytes: number | null;
}

export interface SlotWatch {
  /** As it is now. @throws when Postgres does not answer */
  check(): Promise<StreamCheck>;
  stop(): void;
}

interface Seen {
  state: SlotState;
  /** For how many looks it has been in this state. */
  looks: number;
  progress: Progress;
}

/** Keeps the metrics of the replication slots up to date and says in the log when one is not well. */
export function watchSlots(pool: pg.Pool, log: Log): SlotWatch {
  const streams = readStreams();
  const seen = new Map<string, Seen>();
  const read = async () => {
    const slots = await readSlots(pool, streams);
    return slots.map((slot) => judged(slot, seen.get(slot.slot)?.progress));
  };
  const look = async () => {
    for (const slot of await read()) {
      const before = seen.get(slot.slot);
      const looks = before?.state === slot.state ? before.looks + 1 : 0;
      seen.set(slot.slot, {
        state: slot.state,
        looks,
        progress: progressOf(before?.progress, slot, performance.now()),
      });
      measure(slot);
      if (isWorthALine(slot.state, looks)) log.error({ slot: slot.slot, state: slot.state }, adviceOn(slot));
      else if (slot.state === 'ok' && before && before.state !== 'ok')
        log.info({ slot: slot.slot }, `replication slot ${slot.slot} is read again`);
    }
  };
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  // Postgres away shows in readiness, and the gauges keep what was known.
  const turn = () =>
    void look()
      .catch(() => {})
      .then(() => {
        if (stopped) return;
        timer = setTimeout(turn, EVERY_MS);
        timer.unref();
      });
  turn();
  return {
    async check() {
      const slots = await read();
      const worst = Math.max(...slots.map(({ state }) => STATES.indexOf(state)));
      const lags = slots.map(({ lagBytes }) => lagBytes).filter((lag) => lag !== null);
      return { slot: STATES[worst]!, lag_bytes: lags.length > 0 ? Math.max(...lags) : null };
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** A paused connector keeps its slot, and so does one that hangs: without progress that is no reader. */
function judged(slot: SlotHealth, progress: Progress | undefined): SlotHealth {
  if (slot.state !== 'ok' || !progress || progress.confirmed !== slot.confirmed) return slot;
  return standsStill(progress, slot, performance.now()) ? { ...slot, state: 'inactive' } : slot;
}

function isWorthALine(state: SlotState, looks: number): boolean {
  if (state === 'ok') return false;
  const first = state === 'inactive' ? LOOKS_IN_PEACE : 0;
  return looks >= first && (looks - first) % REMIND_LOOKS === 0;
}

function measure({ slot, state, lagBytes, safeWalBytes }: SlotHealth): void {
  if (lagBytes !== null) slotLagBytes.set({ slot }, lagBytes);
  slotSafeWalBytes.set({ slot }, safeWalBytes ?? Number.POSITIVE_INFINITY);
  for (const each of STATES) slotStatus.set({ slot, status: each }, each === state ? 1 : 0);
}
