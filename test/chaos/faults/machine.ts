import { during, lasting, type Fault } from './fault.js';

/** The disk of Postgres is full: all but so little that it may fail anywhere. */
export const disk: Fault = ({ postgres }, dice, longestMs) => {
  const { fillDisk } = postgres;
  if (!fillDisk) return undefined;
  const leave = dice.pick([0, 64 * 1024, 1024 * 1024]);
  const ms = lasting(dice, longestMs);
  return {
    what: `disk of postgres full but for ${leave} bytes, for ${ms} ms`,
    run: () => during(ms, () => fillDisk(leave), postgres.makeRoom),
  };
};

const HOUR_MS = 3_600_000;

/** The wall clock of a program jumps by hours, and stays there until it jumps again. */
export const clock: Fault = ({ clocks }, dice) => {
  const [name, { shift }] = dice.pick([...clocks].sort());
  const hours = dice.pick([-30, -5, -1, 0, 1, 7, 30]);
  return {
    what: `clock of ${name} jumps to ${hours} h ahead of the machine's`,
    run: async () => shift(hours * HOUR_MS),
  };
};
