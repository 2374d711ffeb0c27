import type { SlotHealth } from './slot-health.js';

/** Debezium's heartbeat moves an idle slot every 5 s; one that has not moved for so long, and should, is stuck. */
export const STUCK_MS = 30_000;

/** How a slot has moved so far. */
export interface Progress {
  confirmed: bigint | null;
  /** The WAL's end when the slot was seen to move last, and when that was. */
  written: bigint;
  movedAt: number;
}

export function progressOf(
  before: Progress | undefined,
  { confirmed, written }: SlotHealth,
  now: number,
): Progress {
  return before?.confirmed === confirmed ? before : { confirmed, written, movedAt: now };
}

/** WAL was written, and nothing of it confirmed for long: nothing flows, whatever anybody says. */
export function standsStill(
  { written, movedAt }: Progress,
  slot: SlotHealth,
  now: number,
  stuckMs = STUCK_MS,
): boolean {
  return now - movedAt >= stuckMs && slot.written > written;
}
